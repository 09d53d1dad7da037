#include <algorithm>
#include <cstdlib>

#include "core/say.h"
#include "core/text.h"
#include "tetrascope/kit/tracing.h"
#include "tracing/provider_core.h"
#include "tracing/span_pool.h"

namespace tetrascope::kit {
namespace {

std::uint64_t in_ms(long ms) { return steady_nanos() + static_cast<std::uint64_t>(std::max(0L, ms)) * 1'000'000U; }

// The clock is compared with the wall's by whichever worker wakes; a worker exists wherever spans go.
class WallKeeper final : public SpanExporter {
 public:
  WallKeeper(std::unique_ptr<SpanExporter> inner, ProviderCore& core) : inner_(std::move(inner)), core_(core) {}
  void start(const Resource& resource) override { inner_->start(resource); }
  ExportCounts export_batch(const SpanBatch& batch, Deadline& deadline) override {
    return inner_->export_batch(batch, deadline);
  }
  ExportCounts tick(bool last, Deadline& deadline) override {
    core_.refresh_wall();
    return inner_->tick(last, deadline);
  }
  void after_fork() override { inner_->after_fork(); }
  bool wants_starts() const override { return inner_->wants_starts(); }

 private:
  const std::unique_ptr<SpanExporter> inner_;
  ProviderCore& core_;
};

std::unique_ptr<TracerProvider>& process_provider() {
  static auto* provider = new std::unique_ptr<TracerProvider>;  // outlives every static that still traces
  return *provider;
}

std::mutex& process_mutex() {
  static auto* mutex = new std::mutex;
  return *mutex;
}

std::atomic<TracerProvider*> process_pointer{nullptr};

}  // namespace

struct AtExit {
  static void end(TracerProvider& provider) { provider.core_->end(); }
};

namespace {

void install(std::unique_ptr<TracerProvider> made) {
  static const int at_exit = std::atexit([] {
    if (TracerProvider* provider = process_pointer.load()) AtExit::end(*provider);
  });
  (void)at_exit;
  process_provider() = std::move(made);
  process_pointer = process_provider().get();
}

}  // namespace

ProviderCore::ProviderCore(TracingOptions options)
    : resource_(std::move(options.resource)),
      sampler_(options.sampler ? std::move(options.sampler) : Sampler::parent_based(Sampler::always_on())),
      limits_(options.limits) {
  refresh_wall();
  for (auto& exporter : options.exporters) {
    exporter->start(resource_);
    wants_starts_ = wants_starts_ || exporter->wants_starts();
    workers_.push_back(
        std::make_unique<BatchWorker>(std::make_unique<WallKeeper>(std::move(exporter), *this), options.batch));
  }
}

Tracer ProviderCore::tracer(std::string_view name, std::string_view version) {
  std::lock_guard lock(scopes_mutex_);
  for (const InstrumentationScope& each : scopes_) {
    if (each.name == name && each.version == version) return Tracer(*this, each);
  }
  return Tracer(*this, scopes_.emplace_back(InstrumentationScope{std::string(name), std::string(version)}));
}

void ProviderCore::ended(FinishedSpan* span) noexcept {
  ended_.fetch_add(1, std::memory_order_relaxed);
  if (workers_.empty()) return SpanPool::give_back(span);
  span->holders_.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
  for (const auto& worker : workers_) {
    if (!worker->offer(span)) SpanPool::release(span);
  }
}

void ProviderCore::started(const FinishedSpan& span) noexcept {
  FinishedSpan* copy = SpanPool::take();
  if (copy == nullptr) return;
  copy->context_ = span.context_;
  copy->parent_id_ = span.parent_id_;
  copy->parent_is_remote_ = span.parent_is_remote_;
  copy->kind_ = span.kind_;
  copy->start_ = span.start_;
  copy->scope_ = span.scope_;
  copy->limits_ = span.limits_;
  copy->name_ = copy->arena_.copy(span.name_);
  copy->sampling_rule_ = copy->arena_.copy(span.sampling_rule_);
  for (const Attribute& each : span.attributes_) copy->put(copy->attributes_, each.key, each.value, limits_.attributes);
  copy->holders_.store(1, std::memory_order_relaxed);
  for (const auto& worker : workers_) {
    if (!worker->wants_starts()) continue;
    copy->holders_.fetch_add(1);
    if (!worker->offer(copy)) SpanPool::release(copy);
  }
  SpanPool::release(copy);
}

bool ProviderCore::flush(std::uint64_t until_steady_ns) {
  std::vector<std::uint64_t> tickets;
  tickets.reserve(workers_.size());
  for (const auto& worker : workers_) tickets.push_back(worker->ask_flush());
  bool done = true;
  for (std::size_t i = 0; i < workers_.size(); ++i)
    done = workers_[i]->wait_flushed(tickets[i], until_steady_ns) && done;
  return done;
}

bool ProviderCore::shutdown(std::uint64_t until_steady_ns) {
  if (down_.exchange(true)) return true;
  for (const auto& worker : workers_) worker->ask_stop(until_steady_ns);
  bool done = true;
  for (const auto& worker : workers_) done = worker->stop() && done;
  const TracingStats last = stats();
  if (last.dropped + last.failed + last.rejected > 0) {
    say_once("spans lost", "spans not delivered: " + std::to_string(last.dropped) + " dropped at full queues, " +
                               std::to_string(last.failed) + " could not be sent, " + std::to_string(last.rejected) +
                               " refused by the server");
  }
  return done && last.failed == 0;
}

void ProviderCore::end() {
  if (down_) return;
  shutdown(ending_.begin());
  ending_.over();
}

TracingStats ProviderCore::stats() const noexcept {
  TracingStats stats;
  stats.ended = ended_.load(std::memory_order_relaxed);
  for (const auto& worker : workers_) worker->add_to(stats);
  return stats;
}

TracerProvider::TracerProvider(TracingOptions options) : core_(std::make_unique<ProviderCore>(std::move(options))) {}
TracerProvider::~TracerProvider() { core_->end(); }

Tracer TracerProvider::tracer(std::string_view name, std::string_view version) { return core_->tracer(name, version); }
const Resource& TracerProvider::resource() const noexcept { return core_->resource(); }
bool TracerProvider::flush(long timeout_ms) { return core_->flush(in_ms(timeout_ms)); }
bool TracerProvider::shutdown(long timeout_ms) { return core_->shutdown(in_ms(timeout_ms)); }
TracingStats TracerProvider::stats() const noexcept { return core_->stats(); }

TracerProvider& start_tracing(TracingOptions options) {
  std::unique_lock lock(process_mutex());
  if (process_pointer.load() == nullptr) {
    install(std::make_unique<TracerProvider>(std::move(options)));
  } else {
    lock.unlock();  // what is said may be traced
    say_once("start_tracing", "start_tracing: tracing has begun before; the later options are not used");
  }
  return *process_pointer.load();
}

TracerProvider& tracing() {
  if (TracerProvider* provider = process_pointer.load(std::memory_order_acquire)) return *provider;
  std::lock_guard lock(process_mutex());
  if (process_pointer.load() == nullptr) install(std::make_unique<TracerProvider>());
  return *process_pointer.load();
}

}  // namespace tetrascope::kit
