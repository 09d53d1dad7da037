#pragma once
// The facts of the traces that began last, kept in memory, so that graphs and statistics need not put the same traces
// together each time (docs/adr says why and what it costs). What is kept can always be made again from the store, and
// is compared with it before each answer: rows that came since, to whatever trace, by whatever protocol, are put in
// first.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "query/runner.h"
#include "slices/xray/load_traces.h"
#include "slices/xray/trace_facts.h"

namespace tetrascope::xray {

/// Thread-safe.
class GraphIndex {
 public:
  using Clock = std::chrono::steady_clock;
  /// Facts that are kept: a trace of two services that call each other and a table has six, and takes some 330 bytes.
  static constexpr std::size_t kMostFacts = 3'000'000;
  static constexpr std::size_t kMostPlaces = 50'000;

  explicit GraphIndex(const plan::Runner& runner, std::size_t most_facts = kMostFacts)
      : runner_(runner), most_facts_(most_facts) {}

  /// Sums the facts of all traces that began in `range`. What does not fit into memory is read from the store and
  /// forgotten. Errors: kDeadlineExceeded; what was read until then is kept, so that the next call comes further.
  Result<void> sum(plan::TimeRange range, FactSink& sink, Clock::time_point end);

  /// Takes in what came since the last time, and up to an hour before it: for when there is nothing else to do.
  /// Returns at once when another call is at work. Only after claim().
  void catch_up();
  /// True once for each catch_up() that would do something: the caller then sees to it that it is called.
  [[nodiscard]] bool claim() {
    return Clock::now().time_since_epoch().count() >= rest_until_.load() && !claimed_.exchange(true);
  }
  void unclaim() { claimed_ = false; }

 private:
  struct Entry {
    TraceId id;
    UnixNanos start;
    double base = 0;
    std::unique_ptr<Fact[]> facts;
    std::uint32_t count = 0;
  };
  using Slot = std::vector<Entry>;  ///< traces that began in one second
  struct IdHash {
    std::size_t operator()(const TraceId& id) const;
  };

  Result<void> update(Clock::time_point end);
  Result<void> reset(UnixNanos now);
  Result<void> extend(UnixNanos from, Clock::time_point end);
  void put(const Trace& trace);
  void remove(const TraceId& id);
  void bound(UnixNanos now);
  /// For what is older; the last tenth is left to what is to come.
  [[nodiscard]] bool full() const { return facts_ >= most_facts_ / 10 * 9 || places_.size() >= kMostPlaces; }
  [[nodiscard]] static plan::TimeRange watched(UnixNanos now);

  const plan::Runner& runner_;
  const std::size_t most_facts_;
  std::atomic<Clock::rep> rest_until_{0};  ///< of catch_up()
  std::atomic<bool> claimed_ = false;
  std::mutex mutex_;  // guards what follows
  bool started_ = false;
  UnixNanos updated_;
  UnixNanos horizon_;                       ///< traces that began from here on are kept, all of them
  std::map<UnixNanos, std::int64_t> seen_;  ///< rows that were taken in, by the second of their arrival
  std::map<std::int64_t, Slot> slots_;      ///< by second
  std::unordered_map<TraceId, std::int64_t, IdHash> places_of_traces_;
  Places places_;
  std::size_t facts_ = 0;
};

}  // namespace tetrascope::xray
