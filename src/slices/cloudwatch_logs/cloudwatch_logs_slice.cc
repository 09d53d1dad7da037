#include "slices/cloudwatch_logs/cloudwatch_logs_slice.h"

#include <algorithm>
#include <memory>

#include "base/inflate.h"
#include "slices/cloudwatch_logs/absent_operations.h"
#include "slices/cloudwatch_logs/event_clock.h"
#include "slices/cloudwatch_logs/expired_events.h"
#include "slices/cloudwatch_logs/filter_operations.h"
#include "slices/cloudwatch_logs/group_operations.h"
#include "slices/cloudwatch_logs/live_sessions.h"
#include "slices/cloudwatch_logs/live_tail.h"
#include "slices/cloudwatch_logs/put_log_events.h"
#include "slices/cloudwatch_logs/queries.h"
#include "slices/cloudwatch_logs/query_definitions.h"
#include "slices/cloudwatch_logs/query_operations.h"
#include "slices/cloudwatch_logs/read_operations.h"
#include "slices/cloudwatch_logs/record_operations.h"
#include "slices/cloudwatch_logs/refusals.h"
#include "slices/cloudwatch_logs/stream_operations.h"
#include "slices/cloudwatch_logs/tag_operations.h"
#include "slices/whole_characters.h"

namespace tetrascope {
namespace {

using namespace cloudwatch_logs;

constexpr std::string_view kTarget = "Logs_20140328.";
constexpr std::string_view kPut = "PutLogEvents";
constexpr std::string_view kLiveTail = "StartLiveTail";

struct NamedOperation {
  std::string_view name;
  Operation operation;
};
/// What the service has beside these is in absent_operations.cc.
constexpr NamedOperation kOperations[] = {
    {"CreateLogGroup", create_log_group},
    {"DeleteLogGroup", delete_log_group},
    {"DescribeLogGroups", describe_log_groups},
    {"ListLogGroups", list_log_groups},
    {"PutRetentionPolicy", put_retention_policy},
    {"DeleteRetentionPolicy", delete_retention_policy},
    {"AssociateKmsKey", associate_kms_key},
    {"DisassociateKmsKey", disassociate_kms_key},
    {"PutLogGroupDeletionProtection", put_log_group_deletion_protection},
    {"CreateLogStream", create_log_stream},
    {"DeleteLogStream", delete_log_stream},
    {"DescribeLogStreams", describe_log_streams},
    {"TagResource", tag_resource},
    {"UntagResource", untag_resource},
    {"ListTagsForResource", list_tags_for_resource},
    {"TagLogGroup", tag_log_group},
    {"UntagLogGroup", untag_log_group},
    {"ListTagsLogGroup", list_tags_log_group},
    {"GetLogEvents", get_log_events},
    {"FilterLogEvents", filter_log_events},
    {"PutMetricFilter", put_metric_filter},
    {"DescribeMetricFilters", describe_metric_filters},
    {"DeleteMetricFilter", delete_metric_filter},
    {"TestMetricFilter", test_metric_filter},
    {"PutSubscriptionFilter", put_subscription_filter},
    {"DescribeSubscriptionFilters", describe_subscription_filters},
    {"DeleteSubscriptionFilter", delete_subscription_filter},
    {"StartQuery", start_query},
    {"GetQueryResults", get_query_results},
    {"StopQuery", stop_query},
    {"DescribeQueries", describe_queries},
    {"ListLogGroupsForQuery", list_log_groups_for_query},
    {"GetLogRecord", get_log_record},
    {"GetLogGroupFields", get_log_group_fields},
    {"PutQueryDefinition", put_query_definition},
    {"DescribeQueryDefinitions", describe_query_definitions},
    {"DeleteQueryDefinition", delete_query_definition},
};

/// A call in AWS JSON, of whatever service: one that no slice knows is to be told so in that form.
bool is_aws_json(const Request& request) {
  return request.headers.has("X-Amz-Target") ||
         request.headers.get("Content-Type").starts_with("application/x-amz-json-1.");
}

std::string_view operation_of(const Request& request) {
  const std::string_view target = request.headers.get("X-Amz-Target");
  return target.starts_with(kTarget) ? target.substr(kTarget.size()) : std::string_view();
}

/// What all routes of the slice share; lives as long as they do.
struct Shared {
  explicit Shared(Middle& middle)
      : clock(middle.control), queries(middle), tails(middle.runner), service{middle, clock, queries, tails} {}
  EventClock clock;
  Queries queries;
  LiveSessions tails;
  Service service;
};

Outcome<Object> read_body(const Request& request) {
  std::string inflated;
  std::string_view body = request.body;
  if (request.headers.has("Content-Encoding")) {
    RETURN_IF_FAULT(inflate(request.headers.get("Content-Encoding"), request.body, kDefaultBodyLimit, inflated));
    body = inflated;
  }
  if (body.empty()) return Object{};
  auto value = value_from_json(body);
  if (!value) {
    if (const auto mended = with_whole_characters(body)) value = value_from_json(*mended);
  }
  if (!value) return aws::refuse("SerializationException", "The request body is not JSON, or nested too deep.");
  auto* object = std::get_if<Object>(&value->data);
  if (object == nullptr) return aws::refuse("SerializationException", "The request body is not a JSON object.");
  return std::move(*object);
}

Outcome<Call> read_call(Shared& shared, const Request& request) {
  ASSIGN_OR_FAULT(Object body, read_body(request));
  return Call{shared.service, request, aws::identity_of(request.headers, shared.service.middle.settings.aws_account),
              Parameters(std::move(body))};
}

Response tail(Shared& shared, const Request& request) {
  auto call = read_call(shared, request);
  auto answered = call ? start_live_tail(*call) : std::unexpected(call.error());
  return answered ? *std::move(answered) : refuse(shared.service.middle, request, answered.error());
}

Response unknown_operation(Middle& middle, const Request& request) {
  const std::string target(request.headers.get("X-Amz-Target").substr(0, 100));
  return refuse(middle, request,
                Fault("UnknownOperationException",
                      target.empty() ? "The header X-Amz-Target, which names the operation, is missing."
                                     : "The operation " + target + " is not available on this server."));
}

Response answer(Shared& shared, const Request& request) {
  Middle& middle = shared.service.middle;
  if (operation_of(request) == kLiveTail) return tail(shared, request);
  const std::string_view name = operation_of(request);
  const auto found = std::ranges::find(kOperations, name, &NamedOperation::name);
  const AbsentOperation* const absent = found == std::end(kOperations) ? find_absent_operation(name) : nullptr;
  if (found == std::end(kOperations) && absent == nullptr) return unknown_operation(middle, request);
  auto call = read_call(shared, request);
  if (!call) return refuse(middle, request, call.error());
  auto answered = absent != nullptr ? answer_absent_operation(*absent, *call) : found->operation(*call);
  if (!answered) return refuse(middle, request, answered.error());
  Response response = aws::json_answer(kContentType, *answered ? to_plain_json(Value(**std::move(answered))) : "");
  return response;
}

void put_events(Shared& shared, const Request& request, Respond respond) {
  auto call = read_call(shared, request);
  if (!call) return respond(refuse(shared.service.middle, request, call.error()));
  put_log_events(*std::move(call), std::move(respond));
}

}  // namespace

Slice make_cloudwatch_logs_slice(Middle& middle) {
  const auto shared = std::make_shared<Shared>(middle);
  const auto shape = [&middle](const Request& request, const Error& error) {
    return refuse(middle, request, Fault(error));
  };
  Slice slice;
  slice.expired = [&middle](UnixNanos now) { return expired_events(middle.control, now); };
  slice.http.slice = "cloudwatch_logs";
  slice.http.shape_error = shape;
  // `/` by itself too: other slices take exactly that path, and it would be theirs before "any path" is looked at.
  for (const char* const path : {"/", "/{path...}"}) {
    const auto add = [&](Handler handler, std::function<bool(const Request&)> accepts) {
      slice.http.routes.push_back({.method = "POST",
                                   .pattern = path,
                                   .handler = std::move(handler),
                                   .origins = Origins::kVendor,
                                   .accepts = std::move(accepts)});
    };
    add([shared](Request&& request, Respond respond) { put_events(*shared, request, std::move(respond)); },
        [](const Request& request) { return operation_of(request) == kPut; });
    add(on_query_pool(
            middle, [shared](Request&& request, Respond respond) { respond(answer(*shared, request)); }, shape),
        [](const Request& request) { return !operation_of(request).empty() && operation_of(request) != kPut; });
    add([&middle](Request&& request, Respond respond) { respond(unknown_operation(middle, request)); },
        [](const Request& request) { return operation_of(request).empty() && is_aws_json(request); });
  }
  return slice;
}

}  // namespace tetrascope
