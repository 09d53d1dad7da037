#pragma once
// `stats`: aggregates inside expressions, and the groups that they are of.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "slices/cloudwatch_logs/insights_functions.h"
#include "slices/cloudwatch_logs/insights_query.h"
#include "slices/cloudwatch_logs/insights_values.h"

namespace tetrascope::cloudwatch_logs {

/// What a name means where an expression stands.
using QueryNames = std::function<Parsed<TypedQueryExpr>(const QueryNode& field)>;
/// What a call means whose arguments are still trees; nullopt: nothing special.
using QueryCalls = std::function<Parsed<std::optional<TypedQueryExpr>>(const QueryNode& call)>;

/// An expression over rows. `calls` may be empty.
Parsed<TypedQueryExpr> compile_expression(const QueryNode& node, const QueryNames& names, const QueryCalls& calls,
                                          const QueryTimes& times);

struct StatsColumn {
  std::string name;    ///< as it is shown
  std::string column;  ///< of the plan
  plan::Type type = plan::Type::kAny;
};
struct StatsStages {
  plan::Aggregate aggregate;
  plan::Compute values;  ///< of the columns that are not just a key
  std::vector<StatsColumn> columns;
};
/// `names`: what stands before the stats. `time`: the column of the event's time, for earliest and latest; "" where
/// there is none. `prefix`: for names of columns.
Parsed<StatsStages> compile_stats(const QueryCommand& command, const QueryNames& names, const std::string& time,
                                  const std::string& prefix, const QueryTimes& times);

}  // namespace tetrascope::cloudwatch_logs
