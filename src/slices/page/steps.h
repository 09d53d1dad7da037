#pragma once
// A time range in equal steps: what series and histograms are counted by.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/floor.h"
#include "model/value.h"
#include "query/plan.h"

namespace tetrascope::ui {

using Series = std::vector<std::int64_t>;

inline Value series_json(const Series& series) { return Array(series.begin(), series.end()); }

/// At most 61 steps of whole seconds, counted from the epoch as kTimeBucket has them: the store counts by seconds in a
/// third of the time that nanoseconds take.
class Steps {
 public:
  explicit Steps(const plan::TimeRange& range) {
    // Shares first: a range may be longer than an int64.
    const std::int64_t share = range.to.value / kMost - range.from.value / kMost;
    width_ =
        std::max<std::int64_t>(share / kNanosPerSecond + (share % kNanosPerSecond != 0 ? 1 : 0), 1) * kNanosPerSecond;
    first_ = floor_to(range.from.value, width_);
    count_ = static_cast<std::size_t>((floor_to(range.to.value - 1, width_) - first_) / width_ + 1);
  }
  /// Nanoseconds.
  [[nodiscard]] std::int64_t width() const { return width_; }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] UnixNanos first() const { return {first_}; }
  /// Of the step that begins at `start`.
  [[nodiscard]] std::size_t place(std::int64_t start) const {
    return std::min(static_cast<std::size_t>(std::max<std::int64_t>(start - first_, 0) / width_), count_ - 1);
  }
  /// The start of the step in which the time column `time` of a stage falls.
  [[nodiscard]] plan::ExprPtr of(const char* time) const { return of(plan::field(time)); }
  /// The same of the time of a table's rows, `plan::column("time")`, which reads whole seconds alone.
  [[nodiscard]] plan::ExprPtr of(plan::ExprPtr time) const {
    return plan::call(plan::Function::kTimeBucket, {std::move(time), plan::literal(Value(width_))});
  }

 private:
  static constexpr std::int64_t kMost = 60;
  std::int64_t width_ = 0, first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace tetrascope::ui
