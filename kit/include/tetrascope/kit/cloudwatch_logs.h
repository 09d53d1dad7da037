#pragma once

#include <spdlog/sinks/base_sink.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace tetrascope::kit {

struct AwsCredentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;
  std::int64_t expires_at = 0;  // Unix seconds; 0: never
};

struct CloudWatchLogsOptions {
  std::string log_group;
  /// `{machine_name}`, `{program_name}`, `{process_id}`, `{logger_name}` and `{strftime:FORMAT}` (UTC) stand for what
  /// they say.
  std::string log_stream = "{machine_name}/{program_name}/{process_id}";
  /// Empty: AWS_REGION, AWS_DEFAULT_REGION, then us-east-1.
  std::string region;
  /// Empty: AWS_ENDPOINT_URL_CLOUDWATCH_LOGS, AWS_ENDPOINT_URL, then the region's.
  std::string endpoint;
  /// Without keys: the standard places in their order: variables, shared files, container, instance.
  AwsCredentials credentials;
  bool create_log_group = true;
  int retention_days = 0;     // of a group created here; 0: the service's default, for ever
  bool add_trace_ids = true;  // of the active span, at the end of the message
  long send_every_ms = 5'000;
  long retry_for_ms = 60'000;  // of one batch
  std::size_t queue_events = 50'000;
  std::size_t queue_bytes = std::size_t{32} * 1024 * 1024;
};

/// Every event is in one of the counts once it has left the queue.
struct CloudWatchLogsStats {
  std::uint64_t accepted = 0;  // into the queue
  std::uint64_t sent = 0;
  std::uint64_t rejected = 0;    // the service took the batch and refused these, as too old or too new
  std::uint64_t failed = 0;      // could not be sent
  std::uint64_t dropped = 0;     // the queue was full
  std::uint64_t sent_again = 0;  // of `sent`: the first answer was lost, so the service may have them twice
};

/// To spdlog what watchtower is to Python's logging: events to CloudWatch Logs, in batches within the service's limits,
/// from a thread of its own. Logging never waits for the network. Source: CloudWatch Logs API, PutLogEvents.
class CloudWatchLogsSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit CloudWatchLogsSink(CloudWatchLogsOptions options);
  /// As flush_within(5000).
  ~CloudWatchLogsSink() override;

  /// Waits until all that was logged before has been sent or given up. False when the time came first.
  bool flush_within(long timeout_ms);
  CloudWatchLogsStats stats() const;

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  /// Sends soon; does not wait.
  void flush_() override;

 private:
  class Sender;
  std::unique_ptr<Sender> sender_;
  const bool add_trace_ids_;
};

}  // namespace tetrascope::kit
