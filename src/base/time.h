#pragma once
// Wall-clock instants as the store keeps them. Deadlines use std::chrono::steady_clock instead.

#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>

namespace tetrascope {

/// Nanoseconds since 1970-01-01T00:00:00Z, without leap seconds; 1677 to 2262.
struct UnixNanos {
  std::int64_t value = 0;
  friend auto operator<=>(const UnixNanos&, const UnixNanos&) = default;

  /// OTLP's unsigned times. What lies after the year 2262 becomes the last instant but one: ranges are half open, and
  /// one must be able to end after it.
  static constexpr UnixNanos from_unsigned(std::uint64_t nanos) {
    constexpr auto kLast = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() - 1);
    return {static_cast<std::int64_t>(nanos < kLast ? nanos : kLast)};
  }
  static UnixNanos now() {
    return {std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
                .count()};
  }
};

inline constexpr std::int64_t kNanosPerMilli = 1'000'000;
inline constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

}  // namespace tetrascope
