#pragma once
// Insights queries that have ended, in the control state: a client that polls over a restart finds its results.

#include <string>
#include <vector>

#include "control/store.h"
#include "slices/cloudwatch_logs/queries.h"

namespace tetrascope::cloudwatch_logs {

/// Of one query's document; larger results are not kept over a restart.
inline constexpr std::size_t kMaxStoredQuery = std::size_t{2} << 20;

/// Its bytes; 0 when it is too large, or could not be written (which is logged, and no reason to hold back an answer).
std::size_t store_query(ControlStore& control, const StartedQuery& query);
void forget_query(ControlStore& control, const StartedQuery& query);

struct StoredQuery {
  StartedQuery query;
  std::size_t bytes = 0;
};
/// The oldest first.
std::vector<StoredQuery> load_queries(ControlStore& control);

}  // namespace tetrascope::cloudwatch_logs
