#include "cloudwatch_logs/logs_client.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "cloudwatch_logs/credentials.h"
#include "cloudwatch_logs/sigv4.h"
#include "core/clock.h"
#include "core/json_writer.h"
#include "core/random.h"
#include "core/say.h"
#include "core/text.h"

namespace tetrascope::kit {
namespace {

constexpr std::int64_t kRefreshBefore = 300;  // seconds before keys expire
constexpr int kMostRenewals = 5;              // of keys, for one batch
constexpr long kFirstWaitMs = 200;
constexpr long kLongestWaitMs = 5'000;

std::int64_t now_seconds() { return static_cast<std::int64_t>(unix_nanos() / 1'000'000'000U); }

bool asks_for_patience(long status, const std::string& code) {
  return status == 0 || status == 429 || status >= 500 || code == "ThrottlingException" || code == "Throttling" ||
         code == "RequestLimitExceeded" || code == "ServiceUnavailableException" || code == "LimitExceededException" ||
         code == "OperationAbortedException";
}

bool asks_for_new_keys(const std::string& code) {
  return code == "ExpiredTokenException" || code == "ExpiredToken" || code == "UnrecognizedClientException" ||
         code == "InvalidSignatureException" || code == "InvalidClientTokenId";
}

// Prefix and suffix of a batch in time order that the service would not keep.
std::uint64_t count_rejected(const std::string& body, std::size_t size) {
  const auto answer = nlohmann::json::parse(body, nullptr, false);
  if (!answer.is_object() || !answer.contains("rejectedLogEventsInfo")) return 0;
  const auto& info = answer["rejectedLogEventsInfo"];
  if (!info.is_object()) return 0;
  const auto index = [&](const char* key, std::int64_t otherwise) {
    const auto found = info.find(key);
    const std::int64_t value =
        found != info.end() && found->is_number_integer() ? found->get<std::int64_t>() : otherwise;
    return std::clamp<std::int64_t>(value, 0, static_cast<std::int64_t>(size));
  };
  const std::int64_t first_kept = std::max(index("tooOldLogEventEndIndex", 0), index("expiredLogEventEndIndex", 0));
  const std::int64_t end_kept =
      std::max(first_kept, index("tooNewLogEventStartIndex", static_cast<std::int64_t>(size)));
  return size - static_cast<std::uint64_t>(end_kept - first_kept);
}

std::string host_of(const std::string& endpoint) {
  const auto scheme = endpoint.find("://");
  const std::string rest = scheme == std::string::npos ? endpoint : endpoint.substr(scheme + 3);
  return rest.substr(0, rest.find('/'));
}

std::string path_of(const std::string& endpoint) {
  const auto scheme = endpoint.find("://");
  const auto slash = endpoint.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  return slash == std::string::npos ? "/" : endpoint.substr(slash);
}

}  // namespace

LogsClient::LogsClient(const CloudWatchLogsOptions& options) : options_(options), region_(options.region) {
  if (region_.empty()) region_ = environment("AWS_REGION").value_or("");
  if (region_.empty()) region_ = environment("AWS_DEFAULT_REGION").value_or("us-east-1");
  endpoint_ = options.endpoint;
  if (endpoint_.empty()) endpoint_ = environment("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS").value_or("");
  if (endpoint_.empty()) endpoint_ = environment("AWS_ENDPOINT_URL").value_or("");
  endpoint_is_own_ = !endpoint_.empty();
  if (endpoint_.empty()) endpoint_ = "https://logs." + region_ + ".amazonaws.com";
  if (endpoint_.find("://") == std::string::npos) endpoint_.insert(0, "https://");
  while (endpoint_.back() == '/') endpoint_.pop_back();
}

const AwsCredentials& LogsClient::credentials(const Deadline& deadline) {
  if (!options_.credentials.access_key.empty()) return options_.credentials;
  const bool stale = found_ && found_->expires_at != 0 && found_->expires_at - kRefreshBefore <= now_seconds();
  if (!found_ || stale) {
    found_ = find_credentials(http_, deadline);
    if (!found_ && !endpoint_is_own_) {
      say_once("aws credentials",
               "CloudWatch Logs: no AWS credentials in variables, shared files, container or instance");
    }
    if (!found_) found_ = AwsCredentials{"", "", "", endpoint_is_own_ ? 0 : now_seconds() + kRefreshBefore + 30};
  }
  return *found_;
}

LogsClient::Answer LogsClient::call(std::string_view operation, std::string_view body, const Deadline& deadline) {
  HttpRequest request;
  request.url = endpoint_ + (path_of(endpoint_) == "/" ? "/" : "");
  request.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                     {"X-Amz-Target", "Logs_20140328." + std::string(operation)}};
  request.body = body;
  const AwsCredentials& keys = credentials(deadline);
  if (!keys.access_key.empty()) {
    sign({host_of(endpoint_), path_of(endpoint_), region_, "logs", body, now_seconds()}, keys, request.headers);
  }
  const HttpAnswer http = http_.send(request, deadline);
  Answer answer{http.status, "", http.body, http.error, retry_after_ms(http)};
  if (http.status == 200) return answer;
  const auto error = nlohmann::json::parse(http.body, nullptr, false);
  if (error.is_object() && error.contains("__type") && error["__type"].is_string()) {
    answer.code = error["__type"].get<std::string>();
    answer.code = answer.code.substr(answer.code.find('#') + 1);
    answer.code = answer.code.substr(0, answer.code.find(':'));
  }
  return answer;
}

// The group first if need be. What another process has made meanwhile is as good.
bool LogsClient::make_stream(const std::string& stream, const Deadline& deadline) {
  std::string names;
  JsonWriter(names)
      .begin_object()
      .member("logGroupName", options_.log_group)
      .member("logStreamName", stream)
      .end_object();
  const auto good = [](const Answer& answer) {
    return answer.status == 200 || answer.code == "ResourceAlreadyExistsException";
  };
  Answer answer = call("CreateLogStream", names, deadline);
  if (answer.code != "ResourceNotFoundException" || !options_.create_log_group) return good(answer);
  std::string group;
  JsonWriter(group).begin_object().member("logGroupName", options_.log_group).end_object();
  if (!good(call("CreateLogGroup", group, deadline))) return false;
  if (options_.retention_days > 0) {
    std::string retention;
    JsonWriter(retention)
        .begin_object()
        .member("logGroupName", options_.log_group)
        .member("retentionInDays", options_.retention_days)
        .end_object();
    if (call("PutRetentionPolicy", retention, deadline).status != 200) {
      say_once("retention", "CloudWatch Logs: the retention of the new log group could not be set");
    }
  }
  return good(call("CreateLogStream", names, deadline));
}

BatchOutcome LogsClient::put(const std::string& stream, const std::vector<LogEvent>& batch, Deadline& deadline) {
  BatchOutcome outcome;
  const std::string body = put_log_events(options_.log_group, stream, batch);
  const std::uint64_t give_up = steady_nanos() + static_cast<std::uint64_t>(options_.retry_for_ms) * 1'000'000U;
  int keys_renewed = 0;
  int streams_made = 0;
  for (long wait = kFirstWaitMs;; wait = std::min(2 * wait, kLongestWaitMs)) {
    const Answer answer = call("PutLogEvents", body, deadline);
    if (answer.status == 200 || answer.code == "DataAlreadyAcceptedException") {
      outcome.rejected = answer.status == 200 ? count_rejected(answer.body, batch.size()) : 0;
      outcome.sent = batch.size() - outcome.rejected;
      if (outcome.rejected > 0) {
        say_once("rejected events", "CloudWatch Logs: the service refused " + std::to_string(outcome.rejected) +
                                        " events as too old or too new");
      }
      return outcome;
    }
    if (answer.status == 0) outcome.answer_lost = true;
    const bool late = steady_nanos() >= give_up || deadline.passed();
    if (!late && answer.code == "ResourceNotFoundException" && streams_made++ < 3 && make_stream(stream, deadline))
      continue;
    const bool new_keys = asks_for_new_keys(answer.code) && keys_renewed++ < kMostRenewals;
    if (new_keys) found_.reset();
    const long jitter = static_cast<long>(random_bits() % static_cast<std::uint64_t>(wait / 2 + 1));
    const long pause = std::max(answer.retry_after_ms, wait / 2 + jitter);
    const bool patient =
        new_keys || asks_for_patience(answer.status, answer.code) || answer.code == "ResourceNotFoundException";
    if (late || !patient || pause >= deadline.left_ms() || !deadline.sleep(pause)) {
      const std::string why = answer.status == 0     ? answer.error
                              : !answer.code.empty() ? answer.code
                                                     : "HTTP " + std::to_string(answer.status);
      say_once("put log events " + why,
               "CloudWatch Logs: events for log group " + options_.log_group + " not sent: " + why);
      outcome.failed = batch.size();
      return outcome;
    }
  }
}

}  // namespace tetrascope::kit
