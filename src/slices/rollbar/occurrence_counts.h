#pragma once
// What is counted of an item's occurrences.

#include <cstdint>
#include <map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "query/runner.h"
#include "slices/rollbar/items.h"
#include "slices/rollbar/projects.h"

namespace tetrascope::rollbar {

struct ItemCounts {
  std::int64_t total = 0;       ///< since it last became active (dossier 3.1)
  std::int64_t unique_ips = 0;  ///< in the same time; 0 for unknown
  std::int64_t last_id = 0;
  UnixNanos last_time;
};
using CountsOfItems = std::map<std::int64_t, ItemCounts>;

/// By item id; items without a stored occurrence are missing.
Result<CountsOfItems> count_occurrences(const plan::Runner& runner, const Project& project,
                                        const std::vector<Item>& items);

}  // namespace tetrascope::rollbar
