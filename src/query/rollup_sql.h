#pragma once
// Groups of several sizes from one pass over the rows (Aggregate::rollups).

#include <string>
#include <vector>

#include "query/plan.h"

namespace tetrascope::plan {

/// What GROUPING SETS takes: all of `keys`, the SQL of the aggregate's, then those of each rollup.
std::string sets_sql(const Aggregate& aggregate, const std::vector<std::string>& keys);

/// SQL of the number of the level that a row is of.
std::string level_sql(const Aggregate& aggregate, const std::vector<std::string>& keys);

}  // namespace tetrascope::plan
