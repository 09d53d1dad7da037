#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "tetrascope/kit/context.h"
#include "tetrascope/kit/exporter.h"
#include "tetrascope/kit/finished_span.h"
#include "tetrascope/kit/propagation.h"
#include "tetrascope/kit/resource.h"
#include "tetrascope/kit/sampler.h"

namespace tetrascope::kit {

class ProviderCore;

struct Link {
  SpanContext to;
  Attributes attributes;
};

struct SpanOptions {
  SpanKind kind = SpanKind::kInternal;
  /// Null: what is active on this thread.
  const Context* parent = nullptr;
  /// Seen by the sampler, then set.
  Attributes attributes;
  const Link* links = nullptr;
  std::size_t link_count = 0;
  std::uint64_t start_time = 0;  // Unix nanoseconds; 0: now
  bool root = false;             // begin a trace, whatever is active
};

/// One piece of work. A span belongs to one thread at a time; handing it on needs the caller's own ordering.
/// One that is not sampled records nothing and costs next to nothing, but still passes its ids on.
class Span {
 public:
  Span() noexcept = default;
  Span(Span&& other) noexcept
      : context_(std::move(other.context_)),
        record_(std::exchange(other.record_, nullptr)),
        core_(std::exchange(other.core_, nullptr)) {}
  Span& operator=(Span&& other) noexcept;
  ~Span() {
    if (record_ != nullptr) end();
  }

  const SpanContext& context() const noexcept { return context_; }
  bool recording() const noexcept { return record_ != nullptr; }

  /// A later value of the same key replaces the earlier.
  Span& set_attribute(std::string_view key, const AttributeValue& value) noexcept {
    if (record_ != nullptr) put(key, value);
    return *this;
  }
  Span& set_attributes(const Attributes& attributes) noexcept;
  Span& add_event(std::string_view name, const Attributes& attributes = {}, std::uint64_t time = 0) noexcept;
  Span& add_link(const SpanContext& to, const Attributes& attributes = {}) noexcept;
  /// kOk is final, kError beats kUnset; the message is kept for kError alone.
  Span& set_status(StatusCode code, std::string_view message = {}) noexcept;
  Span& update_name(std::string_view name) noexcept;
  /// The event `exception` with type, message and, when `stacktrace` is given, that: a text, or a Stacktrace, which the
  /// exporters' threads read. Does not set the status.
  Span& record_exception(const std::exception& exception, const AttributeValue& stacktrace = {}) noexcept;
  Span& record_exception(const std::exception_ptr& exception, const AttributeValue& stacktrace = {}) noexcept;
  /// Once; later calls on the span do nothing. `time` 0: now.
  void end(std::uint64_t time = 0) noexcept {
    if (record_ != nullptr) finish(time);
  }

 private:
  friend class Tracer;
  void finish(std::uint64_t time) noexcept;
  void put(std::string_view key, const AttributeValue& value) noexcept;

  SpanContext context_;
  FinishedSpan* record_ = nullptr;
  ProviderCore* core_ = nullptr;
};

/// A span that is active from its making to its end.
class ActiveSpan {
 public:
  explicit ActiveSpan(Span span) noexcept : span_(std::move(span)), scope_(span_) {}
  Span* operator->() noexcept { return &span_; }
  Span& operator*() noexcept { return span_; }

 private:
  Span span_;
  Scope scope_;
};

/// Starts spans under one instrumentation scope. Cheap to keep, safe from every thread, lives as long as its provider.
class Tracer {
 public:
  Span start_span(std::string_view name, SpanKind kind = SpanKind::kInternal) noexcept;
  Span start_span(std::string_view name, const SpanOptions& options) noexcept;
  ActiveSpan start_active(std::string_view name, SpanKind kind = SpanKind::kInternal) noexcept {
    return ActiveSpan(start_span(name, kind));
  }

  /// Runs `work(span)` in a span of its own; an exception is recorded, marks the span, and flies on.
  template <typename Work>
  auto in_span(std::string_view name, Work&& work, SpanKind kind = SpanKind::kInternal) {
    ActiveSpan span(start_span(name, kind));
    try {
      return std::forward<Work>(work)(*span);
    } catch (const std::exception& error) {
      span->record_exception(error).set_status(StatusCode::kError, error.what());
      throw;
    } catch (...) {
      span->record_exception(std::current_exception()).set_status(StatusCode::kError);
      throw;
    }
  }

 private:
  friend class ProviderCore;
  Tracer(ProviderCore& core, const InstrumentationScope& scope) noexcept : core_(&core), scope_(&scope) {}
  Span begin(std::string_view name, SpanKind kind, const SpanContext& parent, const SpanOptions* options) noexcept;

  ProviderCore* core_;
  const InstrumentationScope* scope_;
};

struct BatchOptions {
  std::size_t queue_spans = 2048;  // rounded up to a power of two; a full queue drops, counted
  std::size_t batch_spans = 512;   // at once; fewer where spans are large
  long schedule_delay_ms = 5'000;
  /// Of what spans hold beyond some 2 KiB each: long texts, many attributes, events. Over it they are dropped, counted.
  std::size_t queue_bytes = std::size_t{32} * 1024 * 1024;

  /// OTEL_BSP_*.
  static BatchOptions from_environment();
};

struct TracingOptions {
  Resource resource = Resource::detect();
  std::shared_ptr<Sampler> sampler = Sampler::parent_based(Sampler::always_on());
  SpanLimits limits;
  BatchOptions batch;
  /// Each has a queue and a thread of its own, so that a dead server of one vendor takes nothing from the others.
  std::vector<std::unique_ptr<SpanExporter>> exporters;

  /// All of the standard OTEL_* variables: resource, sampler, limits, batches and, unless OTEL_TRACES_EXPORTER says
  /// `none`, an exporter. OTEL_SDK_DISABLED=true: nothing is sampled or sent.
  static TracingOptions from_environment();
};

/// Since the provider began; `exported`, `rejected` and `failed` are summed over exporters.
struct TracingStats {
  std::uint64_t ended = 0;
  std::uint64_t exported = 0;
  std::uint64_t rejected = 0;
  std::uint64_t failed = 0;
  std::uint64_t dropped = 0;  // a queue was full
};

/// Owns the exporters and their threads. Its spans and tracers must not outlive it.
class TracerProvider {
 public:
  explicit TracerProvider(TracingOptions options = TracingOptions::from_environment());
  TracerProvider(const TracerProvider&) = delete;
  TracerProvider& operator=(const TracerProvider&) = delete;
  /// As `shutdown(5000)`; what ends one after another, the log sinks and the others too, has the 5 s together.
  ~TracerProvider();

  Tracer tracer(std::string_view name, std::string_view version = {});
  const Resource& resource() const noexcept;
  /// Waits until what ended before the call has been sent or given up. False when `timeout_ms` came first.
  bool flush(long timeout_ms = 5'000);
  /// As flush, then ends the threads; spans that end later are counted as dropped. Says once what was lost.
  bool shutdown(long timeout_ms = 5'000);
  TracingStats stats() const noexcept;

 private:
  friend struct AtExit;
  std::unique_ptr<ProviderCore> core_;
};

/// The process's provider, made from the environment by the first call unless `start_tracing` came before. It is shut
/// down at exit, as its destructor has it.
TracerProvider& start_tracing(TracingOptions options);
TracerProvider& tracing();
inline Tracer tracer(std::string_view name, std::string_view version = {}) { return tracing().tracer(name, version); }

}  // namespace tetrascope::kit
