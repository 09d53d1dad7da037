#pragma once
// How long things took, counted by steps: what the metrics page shows and nothing else. Cheap enough for every commit.

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tetrascope {

/// Thread-safe; a reading is not of one moment, but no observation is lost.
class Histogram {
 public:
  using Clock = std::chrono::steady_clock;
  /// Upper ends of the steps, in seconds; what takes longer is in a last one.
  static constexpr std::array<double, 15> kBounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                  0.25,   0.5,   1,      2.5,   5,    10,    30};

  void observe(double seconds) {
    std::size_t step = 0;
    while (step < kBounds.size() && seconds > kBounds[step]) ++step;
    counts_[step].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(seconds, std::memory_order_relaxed);
  }
  void observe_since(Clock::time_point begin) { observe(std::chrono::duration<double>(Clock::now() - begin).count()); }

  struct Reading {
    std::array<std::uint64_t, kBounds.size() + 1> counts{};  ///< of each step by itself
    double sum = 0;
  };
  [[nodiscard]] Reading read() const {
    Reading reading;
    for (std::size_t i = 0; i < counts_.size(); ++i) reading.counts[i] = counts_[i].load(std::memory_order_relaxed);
    reading.sum = sum_.load(std::memory_order_relaxed);
    return reading;
  }

 private:
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> counts_{};
  std::atomic<double> sum_{0};
};

}  // namespace tetrascope
