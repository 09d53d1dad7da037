#include "slices/honeycomb/query_bins.h"

#include <algorithm>
#include <cmath>

namespace tetrascope::honeycomb {
namespace {

constexpr double kWantedBins = 50;

}  // namespace

Bins nice_bins(double min, double max) {
  if (!std::isfinite(min) || !std::isfinite(max) || !(min <= max)) return {};
  const double width = max > min ? (max - min) / kWantedBins : std::max(std::abs(max) / kWantedBins, 1.0);
  if (!std::isfinite(width) || width <= 0) return {min, 1, 1};
  const double unit = std::pow(10.0, std::floor(std::log10(width)));
  double step = unit * 10;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (unit * factor >= width * (1 - 1e-9)) {
      step = unit * factor;
      break;
    }
  }
  const double low = std::floor(min / step) * step;
  const int count = static_cast<int>(std::floor((max - low) / step)) + 1;
  return {low, step, std::clamp(count, 1, 100)};
}

}  // namespace tetrascope::honeycomb
