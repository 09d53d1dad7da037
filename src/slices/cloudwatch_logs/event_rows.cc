#include "slices/cloudwatch_logs/event_rows.h"

#include <re2/re2.h>

#include "slices/honeycomb_key.h"

namespace tetrascope::cloudwatch_logs {
namespace {

constexpr std::string_view kScopeName = "aws.cloudwatch.logs";
constexpr std::string_view kGroupId = "aws.log.group.id";
constexpr std::string_view kGroupNames = "aws.log.group.names";
constexpr std::string_view kResourceKeys[] = {"cloud.provider", "cloud.region", "cloud.account.id",
                                              kGroupNames,      kStreamNames,   kStreamId};

}  // namespace

std::string scope_text(const LogGroup& group) {
  return to_json(
      Value(Object{{"name", Value(std::string(kScopeName))},
                   {"attributes", Value(Object{{std::string(kGroupId), Value(std::to_string(group.id))}})}}));
}

std::string resource_text(const aws::Identity& identity, const LogGroup& group, const LogStream& stream) {
  return to_json(
      Value(Object{{"attributes", Value(Object{{"cloud.provider", Value(std::string("aws"))},
                                               {"cloud.region", Value(identity.region)},
                                               {"cloud.account.id", Value(identity.account)},
                                               {std::string(kGroupNames), Value(group.name)},
                                               {std::string(kStreamNames), Value(stream.name)},
                                               {std::string(kStreamId), Value(std::to_string(stream.id))}})}}));
}

MessageTrace trace_of_message(std::string_view message) {
  static const RE2 kTrace(R"re(\b(1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24})\b)re"
                          R"re(|\b00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}\b)re"
                          R"re(|(?i:trace[_.-]?id)["']?\s{0,4}[:=]\s{0,4}["']?([0-9a-fA-F]{32})\b)re",
                          RE2::Quiet);
  static const RE2 kSpan(R"re((?i:span[_.-]?id)["']?\s{0,4}[:=]\s{0,4}["']?([0-9a-fA-F]{16})\b)re", RE2::Quiet);
  MessageTrace found;
  re2::StringPiece xray;
  re2::StringPiece parent;
  re2::StringPiece parent_span;
  re2::StringPiece named;
  const re2::StringPiece text(message.data(), message.size());
  if (!RE2::PartialMatch(text, kTrace, &xray, &parent, &parent_span, &named)) return found;
  const re2::StringPiece id = !xray.empty() ? xray : !parent.empty() ? parent : named;
  const NamedId<16> trace = trace_id_from_text(std::string_view(id.data(), id.size()));
  if (trace.id.empty()) return found;
  found.trace_id = trace;
  re2::StringPiece span = parent_span;
  if (span.empty() && !RE2::PartialMatch(text, kSpan, &span)) return found;
  const NamedId<8> span_id = span_id_from_text(std::string_view(span.data(), span.size()));
  if (!span_id.id.empty()) found.span_id = span_id;
  return found;
}

void append_event(Batch& batch, const EventPlace& place, std::int64_t timestamp_ms, std::string_view message,
                  std::int64_t order) {
  LogColumns& rows = batch.logs;
  const UnixNanos time{timestamp_ms * kNanosPerMilli};
  const MessageTrace trace = trace_of_message(message);
  rows.origin.add(time, {.protocol = kProtocol,
                         .environment = kDefaultEnvironment,
                         .dataset = {},
                         .service = place.service,
                         .resource = place.resource,
                         .scope = place.scope,
                         .received = place.received});
  rows.trace.add(trace.trace_id, trace.span_id);
  rows.add_times(time, time, UnixNanos{order});
  rows.severity_number.add(0);
  rows.severity_text.add({});
  rows.event_name.add({});
  rows.body.add(message);
  rows.body_type.add("string");
  rows.flags.add(0);
  rows.sample_rate.add(1);
  rows.dropped_attributes.add(0);
  rows.attributes.end_row();
}

void note_fields(Batch& batch) {
  batch.logs.attributes.use_dataset(kDefaultEnvironment, "");
  // One number for all of them: they come together. Any that no hash of other fields is likely to be.
  if (!batch.fields.first_time(stable_hash("cloudwatch_logs")[0])) return;
  const auto note = [&](FieldLevel level, std::string_view key) {
    batch.fields.logs.push_back({std::string(kDefaultEnvironment), "", level, std::string(key), FieldType::kString});
  };
  for (const std::string_view key : kResourceKeys) note(FieldLevel::kResource, key);
  note(FieldLevel::kScope, kGroupId);
}

}  // namespace tetrascope::cloudwatch_logs
