#pragma once
// How long each language's questions took, and how they ended.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/histogram.h"
#include "base/result.h"

namespace tetrascope::plan {

/// Of one language. Thread-safe.
class QueryStats {
 public:
  enum Outcome : std::size_t {
    kAnswered,
    kRefused,  ///< the question itself: it makes no sense
    kBounds,   ///< it would have cost more time, memory or rows than a question may
    kBusy,     ///< too many at once, or the server is stopping
    kFailed,
    kOutcomes
  };
  static constexpr std::array<const char*, kOutcomes> kNames{"answered", "refused", "over_bounds", "busy", "failed"};

  void note(Histogram::Clock::time_point begin, const Error* error) {
    seconds_.observe_since(begin);
    outcomes_[error == nullptr ? kAnswered : outcome_of(error->code)].fetch_add(1, std::memory_order_relaxed);
  }
  [[nodiscard]] Histogram::Reading seconds() const { return seconds_.read(); }
  [[nodiscard]] std::uint64_t count(Outcome outcome) const { return outcomes_[outcome]; }

 private:
  static Outcome outcome_of(ErrorCode code) {
    switch (code) {
      case ErrorCode::kTooLarge:
      case ErrorCode::kDeadlineExceeded:
        return kBounds;
      case ErrorCode::kUnavailable:
        return kBusy;
      case ErrorCode::kInternal:
        return kFailed;
      default:
        return kRefused;
    }
  }
  Histogram seconds_;
  std::array<std::atomic<std::uint64_t>, kOutcomes> outcomes_{};
};

}  // namespace tetrascope::plan
