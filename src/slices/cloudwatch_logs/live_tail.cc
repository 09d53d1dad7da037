#include "slices/cloudwatch_logs/live_tail.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "slices/aws/event_stream.h"
#include "slices/cloudwatch_logs/event_reads.h"
#include "slices/cloudwatch_logs/filter_pattern.h"
#include "slices/cloudwatch_logs/filter_plan.h"
#include "slices/cloudwatch_logs/limits.h"
#include "slices/cloudwatch_logs/live_sessions.h"
#include "slices/cloudwatch_logs/plan_literals.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::ExprPtr;
using F = plan::Function;

constexpr std::size_t kMostTailedGroups = 10;
constexpr std::size_t kMostTailedStreams = 100;
/// For a client that reads slowly: some updates of usual messages, one of long ones.
constexpr std::size_t kWaitingBytes = std::size_t{4} << 20;

struct TailRequest {
  std::vector<std::string> groups;
  std::vector<std::string> streams;
  std::vector<std::string> prefixes;
  std::string pattern;
};

Outcome<TailRequest> read_tail_request(Parameters& in) {
  const aws::TextRule stream{.min = 1, .max = kMaxName, .pattern = kNameLetters};
  TailRequest asked;
  asked.groups = in.texts("logGroupIdentifiers", {.min = 1, .max = kMostTailedGroups, .required = true},
                          {.min = 1, .max = kMaxIdentifier, .pattern = kIdentifierLetters, .shown = false});
  asked.streams = in.texts("logStreamNames", {.min = 1, .max = kMostTailedStreams}, stream);
  asked.prefixes = in.texts("logStreamNamePrefixes", {.min = 1, .max = kMostTailedStreams}, stream);
  asked.pattern = in.text("logEventFilterPattern", {.max = kMaxPattern}).value_or("");
  RETURN_IF_FAULT(in.verdict());
  if (!asked.streams.empty() && !asked.prefixes.empty())
    return aws::refuse(std::string(kInvalidParameter),
                       "LogStreamNames and LogStreamNamePrefixes are mutually exclusive parameters.");
  if (asked.groups.size() > 1 && (!asked.streams.empty() || !asked.prefixes.empty()))
    return aws::refuse(std::string(kInvalidParameter),
                       "LogStreamNames and LogStreamNamePrefixes can be given for one log group only.");
  return asked;
}

Array names_json(const std::vector<std::string>& names) {
  Array out;
  for (const auto& name : names) out.emplace_back(name);
  return out;
}

ExprPtr of_streams(const TailRequest& asked) {
  if (!asked.streams.empty())
    return plan::call(F::kIn, {stream_name_expr(), plan::literal(Value(names_json(asked.streams)))});
  std::vector<ExprPtr> any;
  for (const auto& prefix : asked.prefixes)
    any.push_back(plan::call(F::kStartsWith, {stream_name_expr(), literal_text(prefix)}));
  return any.size() < 2 ? (any.empty() ? nullptr : any.front()) : plan::call(F::kOr, std::move(any));
}

/// What the client asked for comes back with the ids that the session has.
std::string session_start(const TailRequest& asked, const std::vector<std::string>& identifiers,
                          const std::string& request_id) {
  const Object start{{"requestId", Value(request_id)},
                     {"sessionId", Value(aws::new_request_id())},
                     {"logGroupIdentifiers", Value(names_json(identifiers))},
                     {"logStreamNames", Value(names_json(asked.streams))},
                     {"logStreamNamePrefixes", Value(names_json(asked.prefixes))},
                     {"logEventFilterPattern", Value(asked.pattern)}};
  return aws::event_message("sessionStart", "application/json", to_plain_json(Value(start)));
}

}  // namespace

Outcome<Response> start_live_tail(Call& call) {
  ASSIGN_OR_FAULT(const TailRequest asked, read_tail_request(call.parameters));
  auto pattern = parse_filter_pattern(asked.pattern);
  if (!pattern)
    return aws::refuse(std::string(kInvalidParameter), "Invalid filter pattern: " + pattern.error().message);
  LiveQuestion question;
  std::vector<std::string> identifiers;
  std::vector<ExprPtr> any;
  std::vector<ExprPtr> named;  // a condition, then a name
  for (const auto& identifier : asked.groups) {
    ASSIGN_OR_FAULT(const LogGroup group, require_group(call, group_name_of(call, identifier)));
    ASSIGN_OR_FAULT(ExprPtr condition, group_condition(call, group));
    identifiers.push_back(fmt::format("{}:{}", call.identity.account, group.name));
    named.push_back(condition);
    named.push_back(literal_text(identifiers.back()));
    any.push_back(std::move(condition));
  }
  named.push_back(literal_text(""));
  question.group = plan::call(F::kIf, std::move(named));
  question.condition = any.size() == 1 ? any.front() : plan::call(F::kOr, std::move(any));
  question.condition = plan::both(std::move(question.condition), of_streams(asked));
  const PatternCondition filter = pattern_condition(*pattern);
  question.condition = plan::both(std::move(question.condition), filter.condition);
  if (!filter.exact && pattern->kind != FilterPattern::Kind::kEverything) {
    question.matches = [pattern = std::make_shared<const FilterPattern>(*std::move(pattern))](
                           std::string_view message) { return matches(*pattern, message); };
  }
  Response response = aws::json_answer(aws::kEventStreamType, "");
  response.stream = std::make_shared<BodyStream>(kWaitingBytes);
  response.stream->push(aws::event_message("initial-response", kContentType, "{}"));
  response.stream->push(session_start(asked, identifiers, std::string(response.headers.get("x-amzn-RequestId"))));
  if (!call.service.tails.start(std::move(question), call.request.received.value, response.stream))
    return aws::refuse(std::string(kLimitExceeded), "Too many live tail sessions; end one of them first.");
  return response;
}

}  // namespace tetrascope::cloudwatch_logs
