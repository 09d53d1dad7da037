#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "tetrascope/kit/tracing.h"

namespace tetrascope::kit {

/// One exporter with its queue and its thread. `offer` takes no lock and never waits.
class BatchWorker {
 public:
  BatchWorker(std::unique_ptr<SpanExporter> exporter, BatchOptions options);
  ~BatchWorker();

  /// The caller has counted this worker among the span's holders. False: the queue is full, or closed; the span is
  /// still the caller's to release, and is counted as dropped here.
  bool offer(FinishedSpan* span) noexcept;
  bool wants_starts() const noexcept { return wants_starts_; }
  /// Asks for everything queued to be sent and returns a ticket to wait with.
  std::uint64_t ask_flush();
  /// As ask_flush, but nothing in a forked child that has sent nothing.
  void hurry();
  bool wait_flushed(std::uint64_t ticket, std::uint64_t until_steady_ns);
  void ask_stop(std::uint64_t until_steady_ns);
  /// After ask_stop. False: not all was sent by then.
  bool stop();

  void add_to(TracingStats& stats) const noexcept;

 private:
  struct State;
  State* running() noexcept;
  State* restart(std::uint32_t generation) noexcept;
  void run(State& state);
  bool push(State& state, FinishedSpan* span, std::size_t bytes) const noexcept;
  void drain(State& state, bool all);
  std::size_t take_batch(State& state) const;
  void count(const ExportCounts& counts) noexcept;

  const std::unique_ptr<SpanExporter> exporter_;
  const BatchOptions options_;
  const bool wants_starts_;
  std::atomic<State*> state_{nullptr};
  std::atomic<bool> closed_{false};
  std::atomic<std::uint64_t> exported_{0};
  std::atomic<std::uint64_t> rejected_{0};
  std::atomic<std::uint64_t> failed_{0};
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace tetrascope::kit
