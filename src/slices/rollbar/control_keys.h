#pragma once
// Keys of this slice's documents in the control state, and how many are read.

#include <fmt/core.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace tetrascope::rollbar {

/// Documents that are read at a time, and the most that a list has, or a cache.
inline constexpr std::size_t kControlPage = 1'000;
inline constexpr std::size_t kMostListed = 100'000;
inline constexpr std::size_t kMostCached = 100'000;

/// What the keys of a project's documents begin with; they sort by number.
inline std::string prefix_of(std::int64_t project) { return fmt::format("{:010}/", project); }

}  // namespace tetrascope::rollbar
