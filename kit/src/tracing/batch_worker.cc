#include "tracing/batch_worker.h"

#include <semaphore.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/bounded_ring.h"
#include "core/clock.h"
#include "core/deadline.h"
#include "core/random.h"
#include "core/say.h"
#include "tracing/span_pool.h"

namespace tetrascope::kit {

// All that a fork breaks. The child makes its own and leaves the parent's, locked or half pushed as it may be.
struct BatchWorker::State {
  explicit State(std::size_t queue) : spans(queue) { sem_init(&wake, 0, 0); }

  BoundedRing<FinishedSpan*> spans;
  std::atomic<std::size_t> extra_bytes{0};  // of the spans in the queue and under way
  FinishedSpan* held = nullptr;             // the next batch begins with it
  sem_t wake{};
  std::atomic<bool> woken{false};
  Deadline deadline;
  std::mutex mutex;
  std::condition_variable flushed;
  std::uint64_t flush_asked = 0;
  std::uint64_t flush_done = 0;
  bool ended = false;
  std::uint32_t generation = fork_generation();
  std::thread thread;
  std::vector<FinishedSpan*> batch;

  void notify() noexcept {
    if (!woken.exchange(true, std::memory_order_acq_rel)) sem_post(&wake);
  }
};

BatchWorker::BatchWorker(std::unique_ptr<SpanExporter> exporter, BatchOptions options)
    : exporter_(std::move(exporter)), options_(options), wants_starts_(exporter_->wants_starts()) {
  random_bits();  // learns of forks from here on
  auto* state = new State(options_.queue_spans);
  state->batch.reserve(options_.batch_spans);
  state_ = state;
  state->thread = std::thread([this, state] { run(*state); });
}

BatchWorker::~BatchWorker() {
  ask_stop(steady_nanos());
  stop();
  State* state = state_.load();
  if (state->generation != fork_generation()) return;  // the parent's
  FinishedSpan* span = nullptr;
  while (state->spans.try_pop(span)) SpanPool::release(span);
  if (state->held != nullptr) SpanPool::release(state->held);
  sem_destroy(&state->wake);
  delete state;
}

BatchWorker::State* BatchWorker::running() noexcept {
  State* state = state_.load(std::memory_order_acquire);
  const std::uint32_t now = fork_generation();
  return state->generation == now ? state : restart(now);
}

// In a forked child: what the parent had queued, the parent sends.
BatchWorker::State* BatchWorker::restart(std::uint32_t generation) noexcept {
  static std::atomic<std::uint32_t> restarting{0};
  State* old = state_.load();
  while (restarting.exchange(generation) == generation) {
    if (state_.load()->generation == generation) return state_.load();
    std::this_thread::yield();
  }
  if (state_.load()->generation != generation) {
    try {
      auto* state = new State(options_.queue_spans);
      state->batch.reserve(options_.batch_spans);
      exporter_->after_fork();
      exported_ = rejected_ = failed_ = dropped_ = 0;
      state_ = state;
      state->thread = std::thread([this, state] { run(*state); });
    } catch (const std::exception&) {
      say_once("fork", "no thread for the exporter after fork; its spans are dropped");
    }
  }
  restarting = 0;
  return state_.load() == old ? nullptr : state_.load();
}

bool BatchWorker::offer(FinishedSpan* span) noexcept {
  State* state = running();
  const std::size_t bytes = span->extra_bytes();  // as long as it is ours
  if (state == nullptr || closed_.load(std::memory_order_relaxed) || !push(*state, span, bytes)) {
    if (span->in_progress()) return false;  // its end is counted
    if (dropped_.fetch_add(1, std::memory_order_relaxed) == 0 && !closed_) {
      say_once("span queue", "span queue full: spans are dropped and counted (OTEL_BSP_MAX_QUEUE_SIZE is " +
                                 std::to_string(options_.queue_spans) + ", room for large ones " +
                                 std::to_string(options_.queue_bytes) + " bytes)");
    }
    return false;
  }
  if (state->spans.size() >= options_.batch_spans && !state->woken.load(std::memory_order_relaxed)) state->notify();
  return true;
}

// Most spans hold nothing extra and cost no addition.
bool BatchWorker::push(State& state, FinishedSpan* span, std::size_t bytes) const noexcept {
  if (bytes == 0) return state.spans.try_push(span);
  const bool fits = state.extra_bytes.fetch_add(bytes) + bytes <= options_.queue_bytes;
  if (fits && state.spans.try_push(span)) return true;
  state.extra_bytes.fetch_sub(bytes);
  return false;
}

std::uint64_t BatchWorker::ask_flush() {
  State* state = running();
  if (state == nullptr) return 0;
  std::lock_guard lock(state->mutex);
  const std::uint64_t ticket = ++state->flush_asked;
  sem_post(&state->wake);
  return ticket;
}

void BatchWorker::hurry() {
  State* state = state_.load(std::memory_order_acquire);
  if (state->generation == fork_generation()) ask_flush();
}

bool BatchWorker::wait_flushed(std::uint64_t ticket, std::uint64_t until_steady_ns) {
  State* state = running();
  if (state == nullptr) return false;
  std::unique_lock lock(state->mutex);
  const auto until = std::chrono::steady_clock::time_point(std::chrono::nanoseconds(until_steady_ns));
  return state->flushed.wait_until(lock, until, [&] { return state->flush_done >= ticket || state->ended; }) &&
         state->flush_done >= ticket;
}

void BatchWorker::ask_stop(std::uint64_t until_steady_ns) {
  closed_ = true;
  State* state = state_.load();
  if (state->generation != fork_generation()) return;
  state->deadline.pull_in(until_steady_ns);
  sem_post(&state->wake);
}

bool BatchWorker::stop() {
  State* state = state_.load();
  if (state->generation != fork_generation()) return true;
  if (state->thread.joinable()) state->thread.join();
  return state->spans.size() == 0;
}

void BatchWorker::add_to(TracingStats& stats) const noexcept {
  stats.exported += exported_;
  stats.rejected += rejected_;
  stats.failed += failed_;
  stats.dropped += dropped_;
}

void BatchWorker::drain(State& state, bool all) {
  for (;;) {
    if (!all && state.spans.size() < options_.batch_spans) return;
    const std::size_t bytes = take_batch(state);
    if (state.batch.empty()) return;
    const std::uint64_t ended = static_cast<std::uint64_t>(
        std::count_if(state.batch.begin(), state.batch.end(), [](const auto* each) { return !each->in_progress(); }));
    if (state.deadline.passed()) {
      failed_ += ended;
    } else {
      try {
        count(exporter_->export_batch({state.batch.data(), state.batch.size()}, state.deadline));
      } catch (const std::exception& error) {  // of memory, or of an exporter that is not ours
        failed_ += ended;
        say_once("export", std::string("spans could not be exported: ") + error.what());
      }
    }
    for (FinishedSpan* each : state.batch) SpanPool::release(each);
    if (bytes > 0) state.extra_bytes.fetch_sub(bytes);
  }
}

// A server that finds a request too large refuses all of it: large spans go with few others or alone. Returns how much
// the batch holds extra.
std::size_t BatchWorker::take_batch(State& state) const {
  constexpr std::size_t kMostBytes = std::size_t{4} * 1024 * 1024;
  std::size_t bytes = 0;
  state.batch.clear();
  while (state.batch.size() < options_.batch_spans) {
    FinishedSpan* span = std::exchange(state.held, nullptr);
    if (span == nullptr && !state.spans.try_pop(span)) break;
    if (!state.batch.empty() && bytes + span->extra_bytes() > kMostBytes) {
      state.held = span;
      break;
    }
    bytes += span->extra_bytes();
    state.batch.push_back(span);
  }
  return bytes;
}

void BatchWorker::count(const ExportCounts& counts) noexcept {
  exported_ += counts.exported;
  rejected_ += counts.rejected;
  failed_ += counts.failed;
}

void BatchWorker::run(State& state) {
  std::uint64_t next_all = steady_nanos();
  const auto delay = static_cast<std::uint64_t>(options_.schedule_delay_ms) * 1'000'000U;
  next_all += delay;
  for (;;) {
    const timespec until{static_cast<time_t>(next_all / 1'000'000'000U), static_cast<long>(next_all % 1'000'000'000U)};
    sem_clockwait(&state.wake, CLOCK_MONOTONIC, &until);
    state.woken.store(false, std::memory_order_release);
    std::uint64_t asked = 0;
    {
      std::lock_guard lock(state.mutex);
      asked = state.flush_asked;
    }
    const bool last = state.deadline.set();
    const bool due = steady_nanos() >= next_all;
    const bool all = last || due || asked > state.flush_done;
    drain(state, all);
    if (due) next_all = steady_nanos() + delay;
    if (all) count(exporter_->tick(last, state.deadline));
    {
      std::lock_guard lock(state.mutex);
      state.flush_done = asked;
      state.ended = last;
      state.flushed.notify_all();
    }
    if (last) return;
  }
}

}  // namespace tetrascope::kit
