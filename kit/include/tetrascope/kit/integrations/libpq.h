#pragma once

#include <string>
#include <string_view>

#include <libpq-fe.h>

#include "tetrascope/kit/tracing.h"

namespace tetrascope::kit {

/// PQexecParams with text parameters, in a CLIENT span; the result is the caller's to clear. The span has the
/// attributes of OpenTelemetry's conventions for PostgreSQL, and is an SQL subsegment for X-Ray.
PGresult* traced_exec(Tracer& tracer, PGconn* connection, const char* sql, int count = 0,
                      const char* const* values = nullptr);

/// The same span for libpq's other calls: prepared statements, single rows, pipelines.
///     ActiveSpan span(start_query_span(tracer, connection, sql));
///     PGresult* result = PQexecPrepared(connection, "by_handle", 1, values, nullptr, nullptr, 0);
///     finish_query_span(*span, connection, result);
/// `sql`: what is executed; it is recorded without its literals.
Span start_query_span(Tracer& tracer, PGconn* connection, std::string_view sql);
/// Rows, or the error: SQLSTATE and primary message, never the detail, which may quote values. `result` null: the
/// connection's error.
void finish_query_span(Span& span, PGconn* connection, const PGresult* result);

/// The statement with `?` for every literal - strings, dollar-quoted texts, numbers - and without comments; what values
/// it held cannot be read from it. Parameters (`$1`) and names stay.
std::string without_literals(std::string_view sql);

/// What the statement does to which tables, as `SELECT activities users`, for a span's name: few, whatever the values.
/// `sql`: as without_literals gives it. At most 255 bytes. Source: OpenTelemetry's conventions, db.query.summary.
std::string query_summary(std::string_view sql);

}  // namespace tetrascope::kit
