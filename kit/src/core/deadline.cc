#include "core/deadline.h"

#include <algorithm>
#include <chrono>

#include "core/clock.h"

namespace tetrascope::kit {

void Deadline::pull_in(std::uint64_t steady_ns) {
  std::lock_guard lock(mutex_);
  at_ = std::min(at_, steady_ns);
  changed_.notify_all();
}

bool Deadline::set() const {
  std::lock_guard lock(mutex_);
  return at_ != kNever;
}

long Deadline::left_ms() const {
  constexpr long kDay = 86'400'000;
  std::lock_guard lock(mutex_);
  if (at_ == kNever) return kDay;
  const std::uint64_t now = steady_nanos();
  return at_ <= now ? 0 : static_cast<long>(std::min<std::uint64_t>((at_ - now + 999'999) / 1'000'000, kDay));
}

bool Deadline::sleep(long ms) {
  {
    std::unique_lock lock(mutex_);
    const std::uint64_t before = at_;
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
    const auto at = [&] {
      return at_ == kNever ? until
                           : std::min(until, std::chrono::steady_clock::time_point(std::chrono::nanoseconds(at_)));
    };
    while (at_ == before && changed_.wait_until(lock, at()) == std::cv_status::no_timeout) {
    }
  }
  return !passed();
}

}  // namespace tetrascope::kit
