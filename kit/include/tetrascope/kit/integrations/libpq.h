#pragma once

#include <string>
#include <string_view>

#include <libpq-fe.h>

#include "tetrascope/kit/tracing.h"

namespace tetrascope::kit {

/// The statement with `?` for every literal - strings, dollar-quoted texts, numbers - and without comments; what values
/// it held cannot be read from it. Parameters (`$1`) and names stay.
std::string without_literals(std::string_view sql);

/// The statement's first word in capitals, as SELECT; empty when it begins with none.
std::string operation_of(std::string_view sql);

/// PQexecParams with text parameters, in a CLIENT span with `db.*` attributes; the result is the caller's to clear.
PGresult* traced_exec(Tracer& tracer, PGconn* connection, const char* sql, int count = 0,
                      const char* const* values = nullptr);

}  // namespace tetrascope::kit
