#include "core/clock.h"

#include <time.h>

namespace tetrascope::kit {
namespace {

std::uint64_t read(clockid_t clock) noexcept {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace

std::uint64_t unix_nanos() noexcept { return read(CLOCK_REALTIME); }
std::uint64_t steady_nanos() noexcept { return read(CLOCK_MONOTONIC); }

std::uint32_t coarse_unix_seconds() noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return static_cast<std::uint32_t>(now.tv_sec);
}

}  // namespace tetrascope::kit
