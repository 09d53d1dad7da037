#pragma once

#include <spdlog/sinks/base_sink.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "tetrascope/kit/exporter.h"
#include "tetrascope/kit/resource.h"

namespace tetrascope::kit {

struct OtlpLogsOptions {
  Resource resource = Resource::detect();
  OtlpHttpOptions otlp = OtlpHttpOptions::from_environment("logs");
  long send_every_ms = 1'000;
  std::size_t queue_records = 8'192;
  std::size_t queue_bytes = std::size_t{32} * 1024 * 1024;
};

struct OtlpLogsStats {
  std::uint64_t accepted = 0;
  std::uint64_t exported = 0;
  std::uint64_t rejected = 0;
  std::uint64_t failed = 0;
  std::uint64_t dropped = 0;  // the queue was full
};

/// spdlog's messages as OTLP log records with the active span's ids, severity and source, over HTTP; beside the
/// CloudWatch sink or instead of it. Logging never waits for the network. Source: opentelemetry-proto logs v1.
class OtlpLogsSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit OtlpLogsSink(OtlpLogsOptions options = {});
  /// As flush_within(5000).
  ~OtlpLogsSink() override;

  bool flush_within(long timeout_ms);
  OtlpLogsStats stats() const;

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  /// Sends soon; does not wait.
  void flush_() override;

 private:
  class Sender;
  std::unique_ptr<Sender> sender_;
};

}  // namespace tetrascope::kit
