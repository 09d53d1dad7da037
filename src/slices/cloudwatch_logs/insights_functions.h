#pragma once
// Functions of Insights that take values of one row and give one.

#include <vector>

#include "base/time.h"
#include "slices/cloudwatch_logs/insights_query.h"
#include "slices/cloudwatch_logs/insights_values.h"

namespace tetrascope::cloudwatch_logs {

/// When a query runs, and of what time it is.
struct QueryTimes {
  UnixNanos now;
  plan::TimeRange range;
};

/// `call`: a kCall whose arguments have the values `arguments`; a kPeriod or kRegex among them has none of its own, and
/// is read from the node. Errors: an unknown function, or arguments that do not fit.
Parsed<TypedQueryExpr> apply_function(const QueryNode& call, const std::vector<TypedQueryExpr>& arguments,
                                      const QueryTimes& times);

}  // namespace tetrascope::cloudwatch_logs
