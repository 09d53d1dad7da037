#pragma once
// A filter pattern as a condition of a plan.

#include "query/plan.h"
#include "slices/cloudwatch_logs/filter_pattern.h"

namespace tetrascope::cloudwatch_logs {

struct PatternCondition {
  plan::ExprPtr condition;  ///< of a TableRead; null: all rows
  /// False: the condition lets through rows that do not match; matches() says which do. (What a JSON condition or a
  /// field of a line is about is asked of the rows that have its words at all.)
  bool exact = true;
};
PatternCondition pattern_condition(const FilterPattern& pattern);

}  // namespace tetrascope::cloudwatch_logs
