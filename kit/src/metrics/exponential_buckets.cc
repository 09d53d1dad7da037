#include "metrics/exponential_buckets.h"

#include <algorithm>
#include <cmath>

namespace tetrascope::kit {

std::int32_t ExponentialBuckets::index_of(double value, int scale) {
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);  // value = fraction * 2^exponent, fraction in [0.5, 1)
  if (scale <= 0) {
    // Upper bounds belong to the bucket below: an exact power of two is the end of its bucket.
    const int power = fraction == 0.5 ? exponent - 2 : exponent - 1;
    return power >> -scale;
  }
  if (fraction == 0.5) return ((exponent - 1) << scale) - 1;
  return static_cast<std::int32_t>(std::ceil(std::ldexp(std::log2(value), scale))) - 1;
}

int ExponentialBuckets::needed_shift(std::int32_t index) const {
  if (counts_.empty()) return 0;
  std::int32_t low = std::min(offset_, index);
  std::int32_t high = std::max(offset_ + static_cast<std::int32_t>(counts_.size()) - 1, index);
  int shift = 0;
  while (high - low >= static_cast<std::int32_t>(kMost)) {
    low >>= 1;
    high >>= 1;
    ++shift;
  }
  return shift;
}

void ExponentialBuckets::count(std::int32_t index) {
  if (counts_.empty()) offset_ = index;
  while (index < offset_) {
    counts_.push_front(0);
    --offset_;
  }
  while (index >= offset_ + static_cast<std::int32_t>(counts_.size())) counts_.push_back(0);
  ++counts_[static_cast<std::size_t>(index - offset_)];
}

void ExponentialBuckets::shrink(int shift) {
  if (shift == 0 || counts_.empty()) return;
  ExponentialBuckets merged;
  merged.offset_ = offset_ >> shift;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const auto at = static_cast<std::size_t>(((offset_ + static_cast<std::int32_t>(i)) >> shift) - merged.offset_);
    if (merged.counts_.size() <= at) merged.counts_.resize(at + 1, 0);
    merged.counts_[at] += counts_[i];
  }
  *this = std::move(merged);
}

}  // namespace tetrascope::kit
