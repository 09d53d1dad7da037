#include <atomic>
#include <chrono>
#include <utility>

#include "cloudwatch_logs/log_batch.h"
#include "cloudwatch_logs/logs_client.h"
#include "core/fork_lock.h"
#include "core/send_queue.h"
#include "core/text.h"
#include "tetrascope/kit/cloudwatch_logs.h"
#include "tetrascope/kit/context.h"

namespace tetrascope::kit {

class CloudWatchLogsSink::Sender {
 public:
  Sender(CloudWatchLogsOptions options, std::mutex& sinks)
      : options_(std::move(options)),
        fork_lock_(sinks),
        queue_("CloudWatch Logs events", limits(options_), [this] { return std::make_unique<Client>(*this); }) {}
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  // Callers hold the sink's mutex.
  void offer(LogEvent event, std::string_view logger) {
    if (!logger_) {
      logger_ = std::make_unique<std::string>(logger);
      first_logger_ = logger_.get();
    }
    queue_.offer(std::move(event));
  }

  SendQueue<LogEvent>& queue() { return queue_; }

 private:
  class Client final : public QueueClient<LogEvent> {
   public:
    explicit Client(const Sender& sender) : sender_(sender), client_(sender.options_) {}
    std::vector<LogEvent> take(std::deque<LogEvent>& waiting) override { return take_batch(waiting); }
    SendCounts send(std::vector<LogEvent> batch, Deadline& deadline) override {
      const std::string stream =
          fill_stream_name(sender_.options_.log_stream, *sender_.first_logger_.load(), batch.front().time_ms / 1000);
      const BatchOutcome outcome = client_.put(stream, batch, deadline);
      SendCounts counts;
      counts.sent = outcome.sent;
      counts.rejected = outcome.rejected;
      counts.failed = outcome.failed;
      if (outcome.answer_lost) counts.sent_again = outcome.sent;
      return counts;
    }

   private:
    const Sender& sender_;
    LogsClient client_;
  };

  static SendLimits limits(const CloudWatchLogsOptions& options) {
    return {options.queue_events, options.queue_bytes, 10'000, 1'000'000, options.send_every_ms};
  }

  const CloudWatchLogsOptions options_;
  ForkLock fork_lock_;
  std::unique_ptr<const std::string> logger_;              // name of the first that wrote, for the stream's name
  std::atomic<const std::string*> first_logger_{nullptr};  // the same, for the queue's thread
  SendQueue<LogEvent> queue_;
};

CloudWatchLogsSink::CloudWatchLogsSink(CloudWatchLogsOptions options) : add_trace_ids_(options.add_trace_ids) {
  sender_ = std::make_unique<Sender>(std::move(options), mutex_);
  set_pattern_("%v");
}

CloudWatchLogsSink::~CloudWatchLogsSink() = default;

bool CloudWatchLogsSink::flush_within(long timeout_ms) { return sender_->queue().flush(timeout_ms); }
CloudWatchLogsStats CloudWatchLogsSink::stats() const {
  const SendCounts counts = sender_->queue().counts();
  return {counts.accepted, counts.sent, counts.rejected, counts.failed, counts.dropped, counts.sent_again};
}

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

void CloudWatchLogsSink::flush_() { sender_->queue().send_soon(); }

}  // namespace tetrascope::kit
