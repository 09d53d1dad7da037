#pragma once

#include <cstdint>

namespace tetrascope {

/// The greatest multiple of `step` that `value` reaches: times before 1970 round down, too. `step`: above 0.
constexpr std::int64_t floor_to(std::int64_t value, std::int64_t step) {
  const std::int64_t rest = value % step;
  return value - (rest < 0 ? rest + step : rest);
}

}  // namespace tetrascope
