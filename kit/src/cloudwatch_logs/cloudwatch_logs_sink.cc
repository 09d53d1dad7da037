#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <thread>

#include "cloudwatch_logs/log_batch.h"
#include "cloudwatch_logs/logs_client.h"
#include "core/clock.h"
#include "core/random.h"
#include "core/say.h"
#include "core/text.h"
#include "tetrascope/kit/cloudwatch_logs.h"
#include "tetrascope/kit/context.h"

namespace tetrascope::kit {

/// The queue and the thread that empties it.
class CloudWatchLogsSink::Sender {
 public:
  explicit Sender(CloudWatchLogsOptions options) : options_(std::move(options)) {
    random_bits();
    begin();
  }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  ~Sender() {
    stop(5'000);
    delete state_;
  }

  // Callers hold the sink's mutex, so that forks and restarts need no more.
  void offer(LogEvent event, std::string_view logger) {
    if (state_->generation != fork_generation()) begin();  // the parent sends what the parent queued
    State& state = *state_;
    std::lock_guard lock(state.mutex);
    if (state.logger.empty()) state.logger = logger;
    const std::size_t bytes = event.message.size();
    if (state.queue.size() >= options_.queue_events || state.bytes + bytes > options_.queue_bytes) {
      if (state.stats.dropped++ == 0) state.say_full = true;
      return;
    }
    ++state.stats.accepted;
    state.bytes += bytes;
    state.queue.push_back(std::move(event));
    if (state.queue.size() == 1 || state.bytes > 1'000'000 || state.queue.size() >= 10'000) state.wake.notify_one();
  }

  void send_soon() {
    std::lock_guard lock(state_->mutex);
    state_->hurry = true;
    state_->wake.notify_one();
  }

  bool flush(long timeout_ms) {
    State& state = *state_;
    if (state.generation != fork_generation()) return true;
    std::unique_lock lock(state.mutex);
    state.hurry = true;
    state.wake.notify_one();
    return state.idle.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                               [&] { return state.queue.empty() && !state.sending; });
  }

  CloudWatchLogsStats stats() const {
    std::lock_guard lock(state_->mutex);
    return state_->stats;
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable wake;
    std::condition_variable idle;
    std::deque<LogEvent> queue;
    std::size_t bytes = 0;
    std::string logger;
    CloudWatchLogsStats stats;
    bool hurry = false;
    bool sending = false;
    bool stopping = false;
    bool say_full = false;
    Deadline deadline;
    std::uint32_t generation = fork_generation();
    std::thread thread;
  };

  void begin() {
    state_ = new State;
    state_->thread = std::thread([this, state = state_] { run(*state); });
  }

  void stop(long timeout_ms) {
    State& state = *state_;
    if (state.generation != fork_generation()) {
      state_ = nullptr;  // the parent's
      return;
    }
    state.deadline.pull_in(steady_nanos() + static_cast<std::uint64_t>(timeout_ms) * 1'000'000U);
    {
      std::lock_guard lock(state.mutex);
      state.stopping = true;
      state.wake.notify_one();
    }
    state.thread.join();
    const CloudWatchLogsStats& stats = state.stats;
    if (stats.dropped + stats.failed > 0) {
      say_once("log events lost", "CloudWatch Logs: events not delivered: " + std::to_string(stats.dropped) +
                                      " dropped at a full queue, " + std::to_string(stats.failed) +
                                      " could not be sent");
    }
  }

  void run(State& state) {
    LogsClient client(options_);
    std::unique_lock lock(state.mutex);
    const auto due = [&] {
      return state.stopping || state.hurry || state.bytes > 1'000'000 || state.queue.size() >= 10'000;
    };
    for (;;) {
      state.wake.wait(lock, [&] { return state.stopping || !state.queue.empty(); });
      state.wake.wait_for(lock, std::chrono::milliseconds(options_.send_every_ms), due);
      if (std::exchange(state.say_full, false)) {
        say_once("log queue", "CloudWatch Logs: the queue is full; events are dropped and counted");
      }
      while (!state.queue.empty()) send_one(state, lock, client);
      state.hurry = false;
      state.idle.notify_all();
      if (state.stopping) return;
    }
  }

  void send_one(State& state, std::unique_lock<std::mutex>& lock, LogsClient& client) {
    const std::vector<LogEvent> batch = take_batch(state.queue);
    std::size_t bytes = 0;
    for (const LogEvent& each : batch) bytes += each.message.size();
    const std::string stream = fill_stream_name(options_.log_stream, state.logger, batch.front().time_ms / 1000);
    state.sending = true;
    lock.unlock();
    const BatchOutcome outcome = client.put(stream, batch, state.deadline);
    lock.lock();
    state.sending = false;
    state.bytes -= bytes;  // counted against the bound until they are gone
    state.stats.sent += outcome.sent;
    state.stats.rejected += outcome.rejected;
    state.stats.failed += outcome.failed;
    if (outcome.answer_lost) state.stats.sent_again += outcome.sent;
  }

  const CloudWatchLogsOptions options_;
  State* state_ = nullptr;
};

CloudWatchLogsSink::CloudWatchLogsSink(CloudWatchLogsOptions options) : add_trace_ids_(options.add_trace_ids) {
  sender_ = std::make_unique<Sender>(std::move(options));
  set_pattern_("%v");
}

CloudWatchLogsSink::~CloudWatchLogsSink() = default;

bool CloudWatchLogsSink::flush_within(long timeout_ms) { return sender_->flush(timeout_ms); }
CloudWatchLogsStats CloudWatchLogsSink::stats() const { return sender_->stats(); }

void CloudWatchLogsSink::sink_it_(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t text;
  formatter_->format(message, text);
  std::string_view line(text.data(), text.size());
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (line.empty()) return;  // the service takes no empty event
  const SpanContext& span = Context::current().span;
  const bool traced = add_trace_ids_ && span.valid();
  LogEvent event;
  event.time_ms = std::chrono::duration_cast<std::chrono::milliseconds>(message.time.time_since_epoch()).count();
  event.message = cut_utf8(line, kMostEventBytes - 80);
  if (traced)
    event.message.append(" trace_id=").append(span.trace_id.xray()).append(" span_id=").append(span.span_id.hex());
  sender_->offer(std::move(event), std::string_view(message.logger_name.data(), message.logger_name.size()));
}

void CloudWatchLogsSink::flush_() { sender_->send_soon(); }

}  // namespace tetrascope::kit
