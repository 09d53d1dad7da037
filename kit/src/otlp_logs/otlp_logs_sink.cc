#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include <protozero/pbf_writer.hpp>

#include "core/clock.h"
#include "core/fork_lock.h"
#include "core/send_queue.h"
#include "tetrascope/kit/context.h"
#include "tetrascope/kit/otlp_logs.h"
#include "tracing/otlp_encoding.h"
#include "tracing/otlp_sender.h"

namespace tetrascope::kit {

struct Record {
  std::string logger;
  std::string encoded;  // a LogRecord as field 2 of ScopeLogs
};

std::size_t queued_bytes(const Record& record) noexcept { return record.logger.size() + record.encoded.size(); }

namespace {

constexpr std::size_t kMostInRequest = 512;
constexpr std::size_t kMostBytesInRequest = std::size_t{4} * 1024 * 1024;  // unless one record alone is more

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

Record encode_record(const spdlog::details::log_msg& message) {
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
  if (message.source.line > 0) {
    append_attribute(out, 6, "code.file.path", AttributeValue(message.source.filename));
    if (message.source.funcname != nullptr) {
      append_attribute(out, 6, "code.function.name", AttributeValue(message.source.funcname));
    }
    append_attribute(out, 6, "code.line.number", AttributeValue(message.source.line));
  }
  if (span.valid()) {
    record.add_fixed32(8, span.sampled ? 1 : 0);
    record.add_bytes(9, reinterpret_cast<const char*>(span.trace_id.bytes.data()), 16);
    record.add_bytes(10, reinterpret_cast<const char*>(span.span_id.bytes.data()), 8);
  }
  record.add_fixed64(11, unix_nanos());
  record.commit();
  return {std::string(view(message.logger_name)), std::move(out)};
}

}  // namespace

class OtlpLogsSink::Sender {
 public:
  Sender(OtlpLogsOptions options, std::mutex& sinks)
      : options_(std::move(options)),
        fork_lock_(sinks),
        resource_(encode_resource(options_.resource)),
        queue_("OTLP log records", limits(options_), [this] { return std::make_unique<Client>(*this); }) {}
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  SendQueue<Record>& queue() { return queue_; }

 private:
  class Client final : public QueueClient<Record> {
   public:
    explicit Client(const Sender& sender) : resource_(sender.resource_), sender_(sender.options_.otlp, "log records") {}
    std::vector<Record> take(std::deque<Record>& waiting) override {
      std::vector<Record> batch;
      std::size_t bytes = 0;
      while (!waiting.empty() && batch.size() < kMostInRequest) {
        bytes += queued_bytes(waiting.front());
        if (!batch.empty() && bytes > kMostBytesInRequest) break;
        batch.push_back(std::move(waiting.front()));
        waiting.pop_front();
      }
      return batch;
    }
    SendCounts send(std::vector<Record> batch, Deadline& deadline) override {
      std::string request;
      {
        protozero::pbf_writer root(request);
        protozero::pbf_writer resource_logs(root, 1);
        resource_logs.add_message(1, resource_);
        // A logger is what OpenTelemetry calls a scope; spdlog's first one has no name.
        std::map<std::string_view, std::string> of_logger;
        for (const Record& each : batch) of_logger[each.logger] += each.encoded;
        for (const auto& [logger, records] : of_logger) {
          protozero::pbf_writer scope_logs(resource_logs, 2);
          scope_logs.add_message(1, encode_scope(logger.empty() ? "spdlog" : logger, ""));
          request += records;
        }
      }
      const ExportCounts done = sender_.send(request, batch.size(), deadline);
      SendCounts counts;
      counts.sent = done.exported;
      counts.rejected = done.rejected;
      counts.failed = done.failed;
      return counts;
    }

   private:
    const std::string& resource_;
    OtlpSender sender_;
  };

  static SendLimits limits(const OtlpLogsOptions& options) {
    return {options.queue_records, options.queue_bytes, kMostInRequest, SIZE_MAX, options.send_every_ms};
  }

  const OtlpLogsOptions options_;
  ForkLock fork_lock_;
  const std::string resource_;
  SendQueue<Record> queue_;
};

OtlpLogsSink::OtlpLogsSink(OtlpLogsOptions options) : sender_(std::make_unique<Sender>(std::move(options), mutex_)) {}
OtlpLogsSink::~OtlpLogsSink() = default;

bool OtlpLogsSink::flush_within(long timeout_ms) { return sender_->queue().flush(timeout_ms); }
OtlpLogsStats OtlpLogsSink::stats() const {
  const SendCounts counts = sender_->queue().counts();
  return {counts.accepted, counts.sent, counts.rejected, counts.failed, counts.dropped};
}

void OtlpLogsSink::sink_it_(const spdlog::details::log_msg& message) { sender_->queue().offer(encode_record(message)); }
void OtlpLogsSink::flush_() { sender_->queue().send_soon(); }

}  // namespace tetrascope::kit
