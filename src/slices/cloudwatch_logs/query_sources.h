#pragma once
// Which log groups an Insights query is of, and which time.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/plan.h"
#include "slices/cloudwatch_logs/insights_query.h"
#include "slices/cloudwatch_logs/operation.h"

namespace tetrascope::cloudwatch_logs {

/// With the suffix that AWS puts behind what its query service says.
std::string service_text(std::string_view message, std::string_view code);

/// Of the request's parameters, or of `source`. Faults: both, none, or names that cannot be.
Outcome<std::vector<std::string>> group_names(Call& call, const std::optional<QuerySource>& source);

/// The groups that the SOURCE of a query says; one at least. `text`: of the query.
Outcome<std::vector<std::string>> source_groups(Call& call, const QuerySource& source, std::string_view text);

/// True for the rows of these groups. Faults: one of them is not there, or they are too many.
Outcome<plan::ExprPtr> condition_of(Call& call, const std::vector<std::string>& names);

struct QuerySeconds {
  std::int64_t first = 0;
  std::int64_t last = 0;
  [[nodiscard]] plan::TimeRange range() const { return {{first * kNanosPerSecond}, {(last + 1) * kNanosPerSecond}}; }
};
/// Those asked for, but for what SOURCE says.
QuerySeconds seconds_of(const QuerySource& source, QuerySeconds asked, std::int64_t now_ms);

}  // namespace tetrascope::cloudwatch_logs
