#pragma once
// The thread that keeps the store within its time and its space.

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "upkeep/disk_guard.h"
#include "upkeep/dropped_rows.h"
#include "upkeep/keeping_rules.h"
#include "upkeep/surroundings.h"

namespace tetrascope::upkeep {

/// Looks at the disk each second, at the budget each five, at parts each minute, and at rows each
/// KeepingRules::tidy_every. All its parts outlive it.
class Keeper {
 public:
  Keeper(const Surroundings& around, const KeepingRules& rules, DroppedRows& dropped, DiskGuardState& disk);
  /// Waits for what it is at; rows that are being removed are left to the engine.
  ~Keeper() = default;

 private:
  using Clock = std::chrono::steady_clock;
  void run(const std::stop_token& stop);

  const Surroundings& around_;
  const KeepingRules& rules_;
  DroppedRows& dropped_;
  DiskGuardState& disk_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: ends before the rest does
};

}  // namespace tetrascope::upkeep
