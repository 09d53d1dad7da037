#include "slices/cloudwatch_logs/event_clock.h"

#include <algorithm>
#include <string>

#include "base/time.h"
#include "model/value.h"

namespace tetrascope::cloudwatch_logs {
namespace {

constexpr std::string_view kClockSpace = "cloudwatch_logs.clock";
constexpr std::string_view kClockKey = "mark";
/// How far the mark goes ahead: a commit of the control state in so much time, and at most so much ahead of the time of
/// day after a restart.
constexpr std::int64_t kBlock = 5 * kNanosPerSecond;

}  // namespace

Result<std::int64_t> EventClock::take(std::int64_t now_nanos, std::size_t count) {
  const std::scoped_lock lock(mutex_);
  if (!loaded_) {
    ASSIGN_OR_RETURN(const auto stored, control_.get(kClockSpace, kClockKey));
    const auto value = stored ? value_from_json(stored->json) : Result<Value>(Value());
    const auto* mark = value ? value->as<std::int64_t>() : nullptr;
    next_ = mark_ = mark == nullptr ? 0 : *mark;
    loaded_ = true;
  }
  const std::int64_t first = std::max(next_, now_nanos);
  const std::int64_t end = first + static_cast<std::int64_t>(count);
  if (end > mark_) {
    const std::int64_t mark = end + kBlock;
    const auto stored = control_.put(std::string(kClockSpace), std::string(kClockKey), std::to_string(mark));
    if (!stored) return std::unexpected(stored.error());
    mark_ = mark;
  }
  next_ = end;
  return first;
}

}  // namespace tetrascope::cloudwatch_logs
