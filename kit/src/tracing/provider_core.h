#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "core/clock.h"
#include "core/ending.h"
#include "core/fork_lock.h"
#include "tetrascope/kit/tracing.h"
#include "tracing/batch_worker.h"

namespace tetrascope::kit {

/// What tracers and spans share.
class ProviderCore {
 public:
  explicit ProviderCore(TracingOptions options);

  Tracer tracer(std::string_view name, std::string_view version);
  /// A span that is over, from the thread that ended it; the record belongs to the workers from here.
  void ended(FinishedSpan* span) noexcept;
  /// A copy of a span that begins, for the exporters that ask for such.
  void started(const FinishedSpan& span) noexcept;
  bool wants_starts() const noexcept { return wants_starts_; }
  bool flush(std::uint64_t until_steady_ns);
  bool shutdown(std::uint64_t until_steady_ns);
  /// As shutdown, in the time that an Ending has.
  void end();
  TracingStats stats() const noexcept;

  Sampler& sampler() noexcept { return *sampler_; }
  const SpanLimits& limits() const noexcept { return limits_; }
  const Resource& resource() const noexcept { return resource_; }
  /// Unix time of a moment on the steady clock; one reading of the clock gives both, and durations never run backwards.
  std::uint64_t unix_of(std::uint64_t steady) const noexcept {
    return steady + wall_ahead_.load(std::memory_order_relaxed);
  }
  /// Follows the wall clock when it is set.
  void refresh_wall() noexcept { wall_ahead_ = unix_nanos() - steady_nanos(); }

 private:
  const Resource resource_;
  const std::shared_ptr<Sampler> sampler_;
  const SpanLimits limits_;
  std::atomic<std::uint64_t> wall_ahead_{0};
  std::atomic<std::uint64_t> ended_{0};
  std::vector<std::unique_ptr<BatchWorker>> workers_;
  bool wants_starts_ = false;
  std::atomic<bool> down_{false};
  std::mutex scopes_mutex_;
  ForkLock fork_lock_{scopes_mutex_, [this] { ended_ = 0; }};
  std::list<InstrumentationScope> scopes_;  // never moved, never removed: spans point into it
  Ending ending_{[this] {
    for (const auto& worker : workers_) worker->hurry();
  }};
};

}  // namespace tetrascope::kit
