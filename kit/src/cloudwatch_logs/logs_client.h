#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cloudwatch_logs/log_batch.h"
#include "core/http_client.h"
#include "tetrascope/kit/cloudwatch_logs.h"

namespace tetrascope::kit {

/// How one batch ended. `sent + rejected + failed` is its size.
struct BatchOutcome {
  std::uint64_t sent = 0;
  std::uint64_t rejected = 0;
  std::uint64_t failed = 0;
  bool answer_lost = false;  // an earlier try may have been taken too
};

/// The calls of the CloudWatch Logs API that a sink needs, signed, tried again while that helps. For one thread.
class LogsClient {
 public:
  explicit LogsClient(const CloudWatchLogsOptions& options);

  BatchOutcome put(const std::string& stream, const std::vector<LogEvent>& batch, Deadline& deadline);

 private:
  struct Answer {
    long status = 0;
    std::string code;  // of the error, without its namespace
    std::string body;
    std::string error;
    long retry_after_ms = -1;
  };
  Answer call(std::string_view operation, std::string_view body, const Deadline& deadline);
  bool make_stream(const std::string& stream, const Deadline& deadline);
  const AwsCredentials& credentials(const Deadline& deadline);

  const CloudWatchLogsOptions& options_;
  std::string region_;
  std::string endpoint_;
  bool endpoint_is_own_ = false;
  HttpClient http_;
  std::optional<AwsCredentials> found_;
};

}  // namespace tetrascope::kit
