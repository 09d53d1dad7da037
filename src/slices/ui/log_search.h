#pragma once
// Log records: newest first in pages, and those of one trace as they happened.

#include <optional>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "query/runner.h"
#include "slices/ui/parameters.h"

namespace tetrascope::ui {

struct LogSearch {
  plan::TimeRange range;
  std::string service;            ///< "" for any
  std::int64_t min_severity = 0;  ///< OTLP's severity number
  std::string text;               ///< in the body, in any letter case; "" for any
  /// Of the page before: the last record's time, and how many of that nanosecond have been shown.
  std::optional<Cursor> after;
  std::size_t limit = 100;
};

/// JSON {"from","to","logs":[…],"cursor"}. Errors: those of ask(); kInvalid for a cursor that is none.
Result<std::string> search_logs(const plan::Runner& runner, const LogSearch& search);

/// The same for the records that name a trace, oldest first. `offset`: how many come before the page.
Result<std::string> read_trace_logs(const plan::Runner& runner, const NamedId<16>& trace, std::size_t offset,
                                    std::size_t limit);

}  // namespace tetrascope::ui
