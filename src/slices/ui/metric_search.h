#pragma once
// Metric data points, newest first in pages, each with everything that was sent.

#include <optional>
#include <string>

#include "base/result.h"
#include "query/runner.h"
#include "slices/page/parameters.h"

namespace tetrascope::ui {

struct MetricSearch {
  plan::TimeRange range;
  std::string service;  ///< "" for any
  std::string name;     ///< of the metric; "" for any
  std::optional<Cursor> after;
  std::string mark;  ///< question_mark() of the request, for the next cursor
  std::size_t limit = 100;
};

/// JSON {"from","to","metrics":[…],"cursor"}. Errors: those of ask(); kInvalid for a cursor that is none.
Result<std::string> search_metrics(const plan::Runner& runner, const MetricSearch& search);

}  // namespace tetrascope::ui
