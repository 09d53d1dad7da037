#pragma once
// What was removed from the store and why, since the server started: for the log and the metrics.

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace tetrascope::upkeep {

/// Thread-safe. Causes are this program's own words, so there are few: retention, vendor_retention, disk_budget,
/// delete.
class DroppedRows {
 public:
  struct Count {
    std::uint64_t rows = 0, bytes = 0;  ///< bytes: on disk; 0 where rows were taken out of parts
  };
  void add(std::string_view cause, std::string_view table, Count count) {
    const std::lock_guard lock(mutex_);
    Count& sum = counts_[{std::string(cause), std::string(table)}];
    sum.rows += count.rows;
    sum.bytes += count.bytes;
  }
  /// By cause and table.
  [[nodiscard]] std::map<std::pair<std::string, std::string>, Count> all() const {
    const std::lock_guard lock(mutex_);
    return counts_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Count> counts_;
};

}  // namespace tetrascope::upkeep
