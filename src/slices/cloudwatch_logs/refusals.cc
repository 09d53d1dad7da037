#include "slices/cloudwatch_logs/refusals.h"

#include <fmt/core.h>

#include "base/log.h"
#include "slices/cloudwatch_logs/filter_pattern.h"
#include "slices/http_refusals.h"

namespace tetrascope::cloudwatch_logs {
namespace {

struct Cause {
  std::string_view reason;
  std::string_view remedy;
};

Cause cause_of(std::string_view type, ErrorCode code) {
  if (code == ErrorCode::kDeadlineExceeded) return {"question took too long", "ask for a shorter time range"};
  if (type == "SerializationException") return {"malformed body", "send AWS JSON 1.1: one UTF-8 JSON object"};
  if (type == "MalformedQueryException") return {"query not understood", "the message says where it goes wrong"};
  if (type == "UnknownOperationException")
    return {"operation not built", "this operation of CloudWatch Logs is not available on this server"};
  if (type == "ServiceUnavailableException" || type == "ThrottlingException")
    return {"server full", "clients try again by themselves; look at disk and load when it lasts"};
  if (type == "LimitExceededException") return {"limit exceeded", "ask for less at a time, or a shorter time range"};
  if (type == "InternalFailure") return {"internal error", "see the server's log"};
  return {"invalid request", "the message says which member is wrong"};
}

/// watchtower, winston and Fluent Bit find out by these what they have to make first.
bool is_way_of_working(std::string_view type) {
  return type == kNotFound || type == kAlreadyExists || type == "OperationAbortedException";
}

}  // namespace

Response refuse(Middle& middle, const Request& request, const Fault& fault) {
  const std::string_view target = request.headers.get("X-Amz-Target");
  if (fault.code == ErrorCode::kInternal) log_error("cloudwatch logs {}: {}", target, fault.message);
  const std::string_view type = fault.type.empty() ? aws::common_fault_type(fault.code) : std::string_view(fault.type);
  if (!is_way_of_working(type)) {
    auto [reason, remedy] = cause_of(type, fault.code);
    if (const auto words = http_refusal_words({fault.code, fault.message})) {
      reason = words->reason;
      remedy = words->remedy;
    }
    const std::string_view agent = request.headers.get("User-Agent");
    middle.stats.rejected(
        {.protocol = kProtocol,
         .reason = reason,
         .detail = fault.code == ErrorCode::kInternal ? std::string_view("internal failure") : fault.message,
         .remedy = remedy,
         .client = agent.empty() ? std::string_view(request.remote_address) : agent,
         .example = request.body.empty() ? target : std::string_view(request.body)},
        0, UnixNanos::now());
  }
  return aws::json_fault(kContentType, fault);
}

Fault pattern_fault(std::string_view words, const Error& error) {
  const bool whole = error.message.starts_with(kBadCharacter);
  return {std::string(kInvalidParameter), whole ? error.message : fmt::format("{}: {}", words, error.message)};
}

}  // namespace tetrascope::cloudwatch_logs
