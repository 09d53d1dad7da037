#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace tetrascope::kit {

/// The moment by which a background worker must be done; far away until someone pulls it in.
class Deadline {
 public:
  static constexpr std::uint64_t kNever = UINT64_MAX;

  /// `steady_ns` on the steady clock; an earlier moment stays. Wakes sleepers.
  void pull_in(std::uint64_t steady_ns);
  bool set() const;
  bool passed() const { return left_ms() == 0; }
  /// Whole milliseconds, rounded up, at most a day.
  long left_ms() const;
  /// Up to `ms`, less when the deadline comes first or is pulled in. False when no time is left.
  bool sleep(long ms);

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t at_ = kNever;
};

}  // namespace tetrascope::kit
