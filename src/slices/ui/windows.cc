#include <algorithm>
#include <limits>

#include "slices/ui/trace_search.h"

namespace tetrascope::ui {
namespace {

constexpr std::int64_t kFirstWidth = std::int64_t{15} * 60 * kNanosPerSecond;
constexpr std::int64_t kWidest = std::numeric_limits<std::int64_t>::max() / 8;

}  // namespace

Windows::Windows(plan::TimeRange range, UnixNanos until)
    : range_(range), end_(std::min(range.to, until)), width_(kFirstWidth) {}

plan::TimeRange Windows::current() const {
  // Compared without subtracting first: a range may begin at the smallest instant there is.
  const bool reaches = end_.value < std::numeric_limits<std::int64_t>::min() + width_;
  const UnixNanos from{reaches ? std::numeric_limits<std::int64_t>::min() : end_.value - width_};
  return {std::max(range_.from, from), end_};
}

void Windows::widen() {
  end_ = current().from;
  if (width_ < kWidest) width_ *= 8;
}

}  // namespace tetrascope::ui
