#pragma once
// Log records: newest first in pages, and those of one trace as they happened.

#include <optional>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "query/runner.h"
#include "slices/page/parameters.h"

namespace tetrascope::ui {

struct LogSearch {
  plan::TimeRange range;
  std::string service;            ///< of CloudWatch's events the log group; "" for any
  std::string client;             ///< the family of clients that sent it, e.g. `otlp`; "" for any
  std::int64_t min_severity = 0;  ///< OTLP's severity number
  std::string text;               ///< in the body, in any letter case; "" for any
  std::optional<Cursor> after;
  std::string mark;  ///< question_mark() of the request, for the next cursor
  std::size_t limit = 100;
};

/// What a record must meet; null: nothing.
plan::ExprPtr log_condition(const LogSearch& search);

/// JSON {"from","to","logs":[…],"cursor"}. Errors: those of ask(); kInvalid for a cursor that is none.
Result<std::string> search_logs(const plan::Runner& runner, const LogSearch& search);

/// A page of the records of one trace.
struct TraceLogPage {
  std::optional<Cursor> after;  ///< its `rest` says how many come before the page
  std::string mark;
  std::size_t limit = 200;
};

/// The same for the records that name a trace, oldest first.
Result<std::string> read_trace_logs(const plan::Runner& runner, const NamedId<16>& trace, const TraceLogPage& page);

}  // namespace tetrascope::ui
