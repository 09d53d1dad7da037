#pragma once

#include <cstdint>
#include <deque>

namespace tetrascope::kit {

/// Counts of positive values in buckets (base^i, base^(i+1)], base = 2^(2^-scale). Source: OpenTelemetry metrics data
/// model, exponential histogram.
class ExponentialBuckets {
 public:
  static constexpr std::size_t kMost = 160;

  /// The bucket of `value` > 0 at `scale`.
  static std::int32_t index_of(double value, int scale);
  /// By how much the scale must sink so that the bucket of `index` fits beside those there are.
  int needed_shift(std::int32_t index) const;
  void count(std::int32_t index);
  /// Merges buckets as a scale smaller by `shift` has them.
  void shrink(int shift);

  std::int32_t offset() const { return offset_; }
  const std::deque<std::uint64_t>& counts() const { return counts_; }

 private:
  std::int32_t offset_ = 0;  // index of the first
  std::deque<std::uint64_t> counts_;
};

}  // namespace tetrascope::kit
