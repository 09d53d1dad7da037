#pragma once
// The order in which events were taken: nanoseconds since 1970 that never repeat and never go back.

#include <cstddef>
#include <cstdint>
#include <mutex>

#include "control/store.h"

namespace tetrascope::cloudwatch_logs {

/// Thread-safe. Close to the time of day, but not it: after a clock that was set back, or a restart, it goes on from
/// where it was. What it gave is below a mark in the control state, which moves in blocks.
class EventClock {
 public:
  explicit EventClock(ControlStore& control) : control_(control) {}

  /// The first of `count` numbers in a row that nobody else gets. Errors: those of the control state.
  Result<std::int64_t> take(std::int64_t now_nanos, std::size_t count);

 private:
  ControlStore& control_;
  std::mutex mutex_;
  bool loaded_ = false;
  std::int64_t next_ = 0;
  std::int64_t mark_ = 0;  ///< numbers below it may be given out
};

}  // namespace tetrascope::cloudwatch_logs
