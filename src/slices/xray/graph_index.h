#pragma once
// The facts of the traces that began last, kept in memory, so that graphs and statistics need not put the same traces
// together each time (docs/adr says why and what it costs). What is kept can always be made again from the store, and
// is compared with it before each answer: rows that came since, to whatever trace, by whatever protocol, are put in
// first. From time to time it is saved, so that a start has not to make it again.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "query/runner.h"
#include "slices/xray/fact_chunks.h"
#include "slices/xray/fact_store.h"
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

  GraphIndex(const plan::Runner& runner, Batcher& batcher, std::size_t most_facts = kMostFacts)
      : runner_(runner), saved_(runner, batcher), most_facts_(most_facts) {}

  /// Sums the facts of all traces that began in `range`. What does not fit into memory is read from the store and
  /// forgotten. Errors: kDeadlineExceeded; what was read until then is kept, so that the next call comes further.
  Result<void> sum(plan::TimeRange range, FactSink& sink, Clock::time_point end);

  /// Reads what was saved before a start, unless that was done. Gives the number of traces that are kept then: 0 when
  /// nothing was saved in the last hours.
  std::size_t restore();
  /// Takes in what came since the last time, and up to an hour before it, and saves it. For one thread, when there is
  /// nothing else to do. True when more is to be read than there was time for.
  bool catch_up();
  /// Rows went or came that no arrival tells of: everything is to be read again.
  void forget() {
    const std::lock_guard lock(mutex_);
    clear();
  }
  /// Whether catch_up() has something to do although no rows came.
  [[nodiscard]] bool has_work() const;

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
  using Ids = std::unordered_set<TraceId, IdHash>;

  Result<void> update(Clock::time_point end);
  Result<void> reset(UnixNanos now);
  Result<bool> restore_at(UnixNanos now);
  void clear();
  Result<void> extend(UnixNanos from, Clock::time_point end);
  void put(const Trace& trace);
  void put_saved(FactChunk&& chunk);
  void keep(Entry entry);
  void remove(const TraceId& id);
  void bound(UnixNanos now);
  void save();
  [[nodiscard]] std::vector<StoredChunk> chunks_to_save();
  [[nodiscard]] const Entry* find(const TraceId& id) const;
  [[nodiscard]] bool is_behind() const;
  [[nodiscard]] bool is_save_due() const;
  /// For what is older; the last tenth is left to what is to come.
  [[nodiscard]] bool full() const { return facts_ >= most_facts_ / 10 * 9 || places_.size() >= kMostPlaces; }
  [[nodiscard]] static plan::TimeRange watched(UnixNanos now);

  const plan::Runner& runner_;
  const FactStore saved_;
  const std::size_t most_facts_;
  mutable std::mutex mutex_;  // guards what follows
  bool started_ = false;
  UnixNanos updated_;
  UnixNanos horizon_;                       ///< traces that began from here on are kept, all of them
  std::map<UnixNanos, std::int64_t> seen_;  ///< rows that were taken in, by the second of their arrival
  std::map<std::int64_t, Slot> slots_;      ///< by second
  std::unordered_map<TraceId, std::int64_t, IdHash> places_of_traces_;
  Places places_;
  std::size_t facts_ = 0;
  std::uint64_t cleared_ = 0;  ///< how often
  Ids unsaved_;                ///< traces that changed since the last save
  std::string last_key_;       ///< of the chunk that was saved last; "" when none of this index was
  UnixNanos last_saved_;       ///< its time
  Clock::time_point last_try_{};
};

}  // namespace tetrascope::xray
