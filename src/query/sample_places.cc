#include "query/sample_places.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace tetrascope::plan {
namespace {

/// Rows that the engine reads for one of them.
constexpr std::uint64_t kGranule = 8192;

/// Rows that are read for those wanted of this step: the engine skips granules without any.
std::uint64_t cost(const TimeStep& step) { return std::min(step.stored, step.wanted * kGranule); }

/// Steps [first, last] while a stretch is put together.
struct Place {
  std::size_t first, last;
  double quota;  ///< rows that are wanted from it
  std::uint64_t wanted, cost, most_cost;
};

/// Takes in the steps behind it until they hold what is wanted, or enough is read.
void grow(Place& place, std::span<const TimeStep> steps) {
  while (static_cast<double>(place.wanted) < place.quota && place.cost < place.most_cost &&
         place.last + 1 < steps.size()) {
    const TimeStep& next = steps[++place.last];
    place.wanted += next.wanted;
    place.cost += cost(next);
  }
}

/// One in each of as many equal parts of the wanted rows, at a different point of each part: what comes back every
/// minute must not stand at all of them, or at none. The golden ratio's multiples spread most evenly.
std::vector<Place> spread(std::span<const TimeStep> steps, const SampleBounds& bounds, std::uint64_t total) {
  constexpr double kGolden = 0.618'033'988'749'895;
  const auto count = static_cast<double>(bounds.places);
  const double quota = static_cast<double>(std::min(total, bounds.rows)) / count;
  const std::uint64_t most_cost = bounds.most_stored / bounds.places;
  std::vector<Place> places;
  std::size_t at = 0;
  std::uint64_t before = 0;  // wanted rows before steps[at]
  for (std::size_t i = 0; i < bounds.places; ++i) {
    double whole = 0;
    const double part = static_cast<double>(i) + std::modf(static_cast<double>(i + 1) * kGolden, &whole);
    const double row = part / count * static_cast<double>(total);
    while (at + 1 < steps.size() && static_cast<double>(before + steps[at].wanted) <= row) before += steps[at++].wanted;
    if (!places.empty() && at <= places.back().last) {
      places.back().quota += quota;
      places.back().most_cost += most_cost;
    } else {
      places.push_back({at, at, quota, steps[at].wanted, cost(steps[at]), most_cost});
    }
    grow(places.back(), steps);
  }
  return places;
}

}  // namespace

std::vector<Stretch> choose_stretches(std::span<const TimeStep> steps, const SampleBounds& bounds) {
  std::uint64_t total = 0, reads = 0;
  for (const TimeStep& step : steps) {
    total += step.wanted;
    reads += cost(step);
  }
  if (total == 0) return {};
  const TimeRange everywhere{steps.front().range.from, steps.back().range.to};
  if (total <= bounds.rows && reads <= bounds.most_stored) return {{everywhere, 1}};
  if (reads <= bounds.few_stored) return {{everywhere, static_cast<double>(bounds.rows) / static_cast<double>(total)}};
  std::vector<Stretch> stretches;
  for (const Place& place : spread(steps, bounds, total)) {
    const double share = place.wanted == 0 ? 1 : std::min(1.0, place.quota / static_cast<double>(place.wanted));
    stretches.push_back({{steps[place.first].range.from, steps[place.last].range.to}, share});
  }
  return stretches;
}

}  // namespace tetrascope::plan
