#pragma once

#include <cstdint>

namespace tetrascope::kit {

/// Unix time in nanoseconds: one read of the clock.
std::uint64_t unix_nanos() noexcept;
/// Unix time in seconds, up to 4 ms old and cheaper.
std::uint32_t coarse_unix_seconds() noexcept;
std::uint64_t steady_nanos() noexcept;

}  // namespace tetrascope::kit
