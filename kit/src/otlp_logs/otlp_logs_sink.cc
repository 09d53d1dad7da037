#include <chrono>
#include <condition_variable>
#include <deque>
#include <thread>
#include <utility>

#include <protozero/pbf_writer.hpp>

#include "core/clock.h"
#include "core/deadline.h"
#include "core/random.h"
#include "core/say.h"
#include "tetrascope/kit/context.h"
#include "tetrascope/kit/otlp_logs.h"
#include "tracing/otlp_encoding.h"
#include "tracing/otlp_sender.h"

namespace tetrascope::kit {
namespace {

constexpr std::size_t kMostInRequest = 512;

// Severity numbers of the log data model.
int severity_number(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
      return 1;
    case spdlog::level::debug:
      return 5;
    case spdlog::level::info:
      return 9;
    case spdlog::level::warn:
      return 13;
    case spdlog::level::err:
      return 17;
    case spdlog::level::critical:
      return 21;
    default:
      return 0;
  }
}

/// A LogRecord as field 2 of ScopeLogs.
std::string encode_record(const spdlog::details::log_msg& message) {
  const auto view = [](spdlog::string_view_t text) { return std::string_view(text.data(), text.size()); };
  const auto time = std::chrono::duration_cast<std::chrono::nanoseconds>(message.time.time_since_epoch()).count();
  const SpanContext& span = Context::current().span;
  std::string out;
  protozero::pbf_writer scope_logs(out);
  protozero::pbf_writer record(scope_logs, 2);
  record.add_fixed64(1, static_cast<std::uint64_t>(time));
  record.add_enum(2, severity_number(message.level));
  append_text(out, 3, view(spdlog::level::to_string_view(message.level)));
  append_text_value(out, 5, view(message.payload));
  if (message.logger_name.size() > 0) append_attribute(out, 6, "log.logger", AttributeValue(view(message.logger_name)));
  if (message.source.line > 0) {
    append_attribute(out, 6, "code.file.path", AttributeValue(message.source.filename));
    append_attribute(out, 6, "code.line.number", AttributeValue(message.source.line));
  }
  if (span.valid()) {
    record.add_fixed32(8, span.sampled ? 1 : 0);
    record.add_bytes(9, reinterpret_cast<const char*>(span.trace_id.bytes.data()), 16);
    record.add_bytes(10, reinterpret_cast<const char*>(span.span_id.bytes.data()), 8);
  }
  record.add_fixed64(11, unix_nanos());
  return out;
}

}  // namespace

class OtlpLogsSink::Sender {
 public:
  explicit Sender(OtlpLogsOptions options)
      : options_(std::move(options)), resource_(encode_resource(options_.resource)) {
    random_bits();
    begin();
  }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  ~Sender() {
    State& state = *state_;
    if (state.generation != fork_generation()) return;  // the parent's
    state.deadline.pull_in(steady_nanos() + 5'000'000'000U);
    {
      std::lock_guard lock(state.mutex);
      state.stopping = true;
      state.wake.notify_one();
    }
    state.thread.join();
    if (state.stats.dropped + state.stats.failed > 0) {
      say_once("log records lost", "OTLP log records not delivered: " + std::to_string(state.stats.dropped) +
                                       " dropped at a full queue, " + std::to_string(state.stats.failed) +
                                       " could not be sent");
    }
    delete state_;
  }

  // Callers hold the sink's mutex.
  void offer(std::string record) {
    if (state_->generation != fork_generation()) begin();
    State& state = *state_;
    std::lock_guard lock(state.mutex);
    if (state.records.size() + state.under_way >= options_.queue_records) {
      ++state.stats.dropped;
      return;
    }
    ++state.stats.accepted;
    state.records.push_back(std::move(record));
    if (state.records.size() == 1 || state.records.size() == kMostInRequest) state.wake.notify_one();
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
                               [&] { return state.records.empty() && state.under_way == 0; });
  }

  OtlpLogsStats stats() const {
    std::lock_guard lock(state_->mutex);
    return state_->stats;
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable wake;
    std::condition_variable idle;
    std::deque<std::string> records;
    std::size_t under_way = 0;
    OtlpLogsStats stats;
    bool hurry = false;
    bool stopping = false;
    Deadline deadline;
    std::uint32_t generation = fork_generation();
    std::thread thread;
  };

  // A forked child begins anew; the parent sends what the parent queued.
  void begin() {
    state_ = new State;
    state_->thread = std::thread([this, state = state_] { run(*state); });
  }

  void run(State& state) {
    OtlpSender sender(options_.otlp, "log records");
    std::unique_lock lock(state.mutex);
    for (;;) {
      state.wake.wait(lock, [&] { return state.stopping || !state.records.empty(); });
      state.wake.wait_for(lock, std::chrono::milliseconds(options_.send_every_ms),
                          [&] { return state.stopping || state.hurry || state.records.size() >= kMostInRequest; });
      while (!state.records.empty()) send_some(state, lock, sender);
      state.hurry = false;
      state.idle.notify_all();
      if (state.stopping) return;
    }
  }

  void send_some(State& state, std::unique_lock<std::mutex>& lock, OtlpSender& sender) {
    std::string records;
    std::uint64_t count = 0;
    for (; !state.records.empty() && count < kMostInRequest; ++count) {
      records += state.records.front();
      state.records.pop_front();
    }
    state.under_way = count;  // against the bound until they are gone
    lock.unlock();
    std::string request;
    {
      protozero::pbf_writer root(request);
      protozero::pbf_writer resource_logs(root, 1);
      resource_logs.add_message(1, resource_);
      protozero::pbf_writer scope_logs(resource_logs, 2);
      scope_logs.add_message(1, encode_scope("spdlog", ""));
      request += records;
    }
    const ExportCounts counts = sender.send(request, count, state.deadline);
    lock.lock();
    state.under_way = 0;
    state.stats.exported += counts.exported;
    state.stats.rejected += counts.rejected;
    state.stats.failed += counts.failed;
  }

  const OtlpLogsOptions options_;
  const std::string resource_;
  State* state_ = nullptr;
};

OtlpLogsSink::OtlpLogsSink(OtlpLogsOptions options) : sender_(std::make_unique<Sender>(std::move(options))) {}
OtlpLogsSink::~OtlpLogsSink() = default;

bool OtlpLogsSink::flush_within(long timeout_ms) { return sender_->flush(timeout_ms); }
OtlpLogsStats OtlpLogsSink::stats() const { return sender_->stats(); }

void OtlpLogsSink::sink_it_(const spdlog::details::log_msg& message) { sender_->offer(encode_record(message)); }
void OtlpLogsSink::flush_() { sender_->send_soon(); }

}  // namespace tetrascope::kit
