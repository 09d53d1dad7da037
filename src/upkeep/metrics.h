#pragma once
// GET /metrics: what came, what was refused and why, what waits, commits, merges, disk, and how long questions take.

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "upkeep/disk_guard.h"
#include "upkeep/store_sizes.h"
#include "upkeep/surroundings.h"

namespace tetrascope::upkeep {

/// Thread-safe.
class Metrics {
 public:
  Metrics(const Surroundings& around, const DroppedRows& dropped, const DiskGuardState& disk, std::uint64_t max_disk)
      : around_(around), dropped_(dropped), disk_(disk), max_disk_(max_disk) {}

  /// The page, in the text format. Its length is bounded: labels are protocols, signals, tables, languages, causes and
  /// at most IngestStats::kMaxReasons reasons.
  [[nodiscard]] std::string page();

 private:
  /// Not older than a second, unless the engine is busy: then what was known.
  StoreSizes sizes();

  const Surroundings& around_;
  const DroppedRows& dropped_;
  const DiskGuardState& disk_;
  const std::uint64_t max_disk_;
  std::mutex mutex_;  // guards what follows
  StoreSizes known_;
  std::chrono::steady_clock::time_point asked_{};
};

}  // namespace tetrascope::upkeep
