#include "slices/xray/span_rows.h"

#include <array>
#include <functional>

#include "slices/honeycomb_key.h"
#include "slices/xray/document_number.h"

namespace tetrascope::xray {
namespace {

constexpr std::uint8_t kInternal = 1, kServer = 2, kClient = 3, kUnset = 0, kError = 2;

/// Where a member of a segment goes as an attribute (dossier 8.2; the names of OpenTelemetry's X-Ray receiver).
struct Mapping {
  std::array<std::string_view, 3> path;
  std::string_view attribute;
};
constexpr Mapping kMappings[] = {
    {{"http", "request", "method"}, "http.method"},
    {{"http", "request", "url"}, "http.url"},
    {{"http", "request", "user_agent"}, "http.user_agent"},
    {{"http", "request", "client_ip"}, "http.client_ip"},
    {{"http", "response", "status"}, "http.status_code"},
    {{"http", "response", "content_length"}, "http.response_content_length"},
    {{"user", "", ""}, "enduser.id"},
    {{"resource_arn", "", ""}, "aws.resource_arn"},
    {{"aws", "operation", ""}, "aws.operation"},
    {{"aws", "region", ""}, "aws.region"},
    {{"aws", "request_id", ""}, "aws.request_id"},
    {{"aws", "queue_url", ""}, "aws.queue_url"},
    {{"aws", "table_name", ""}, "aws.table_name"},
    {{"aws", "retries", ""}, "aws.retries"},
    {{"aws", "account_id", ""}, "aws.account_id"},
    {{"sql", "url", ""}, "db.connection_string"},
    {{"sql", "connection_string", ""}, "db.connection_string"},
    {{"sql", "sanitized_query", ""}, "db.statement"},
    {{"sql", "database_type", ""}, "db.system"},
    {{"sql", "user", ""}, "db.user"},
};

const Value* at(const Value& part, const Mapping& mapping) {
  const Value* found = &part;
  for (const auto name : mapping.path) {
    if (!name.empty() && found != nullptr) found = member(*found, name);
  }
  return found;
}

/// Of the resource: what holds for all of a segment's parts.
std::string resource_of(const Segment& segment, std::string_view service) {
  Object attributes;
  put_text(attributes, "service.name", service);
  put_text(attributes, "service.version", text_at(segment.body, {"service", "version"}));
  put_text(attributes, "telemetry.sdk.name", text_at(segment.body, {"aws", "xray", "sdk"}));
  put_text(attributes, "telemetry.sdk.version", text_at(segment.body, {"aws", "xray", "sdk_version"}));
  put_text(attributes, "aws.xray.origin", text_at(segment.body, {"origin"}));
  put_text(attributes, "host.id", text_at(segment.body, {"aws", "ec2", "instance_id"}));
  put_text(attributes, "cloud.availability_zone", text_at(segment.body, {"aws", "ec2", "availability_zone"}));
  return to_json(Object{{"attributes", Value(std::move(attributes))}});
}

/// `path:line in label`, a line each.
std::string stack_text(const Value& exception) {
  const Array* frames = array_at(exception, {"stack"});
  std::string text;
  if (frames == nullptr) return text;
  for (const Value& frame : *frames) {
    text.append("  at ").append(text_at(frame, {"label"})).append(" (").append(text_at(frame, {"path"}));
    if (const auto line = number_at(frame, {"line"}); line && *line >= 0 && *line < 1e9)
      text.append(":").append(std::to_string(static_cast<std::int64_t>(*line)));
    text.append(")\n");
  }
  return text;
}

class RowWriter {
 public:
  RowWriter(const Segment& segment, std::string_view service, UnixNanos received, Batch& batch)
      : segment_(segment), batch_(batch), resource_(resource_of(segment, service)) {
    origin_ = {.protocol = kProtocol,
               .environment = kDefaultEnvironment,
               .dataset = {},  // Honeycomb shows it in `__all__` alone, as all that came without its key
               .service = service,
               .resource = resource_,
               .scope = {},
               .received = received};
  }

  void document(std::string_view text, bool whole) {
    DocumentColumns& rows = batch_.documents;
    rows.origin.add(segment_.start, origin_);
    rows.trace.add(segment_.trace_id, NamedId<8>{segment_.id, {}});
    rows.time.add(segment_.start.value);
    rows.kind.add(whole ? kDocumentKind : kPartialKind);
    rows.key.add(to_hex(segment_.id));
    rows.document.add(text);
  }

  /// `part` and everything below it. False when not every part became a span.
  bool spans(const Value& part, const SpanId& parent, bool is_segment) {
    const auto id = span_id_from_text(text_at(part, {"id"})).id;
    bool whole = !is_in_progress(part) && !id.empty() && seconds_at(part, "start_time");
    if (whole) span(part, id, parent, is_segment);
    const Array* subsegments = array_at(part, {"subsegments"});
    if (subsegments == nullptr) return whole;
    for (const Value& subsegment : *subsegments) whole = spans(subsegment, id, false) && whole;
    return whole;
  }

 private:
  void span(const Value& part, const SpanId& id, const SpanId& parent, bool is_segment) {
    SpanColumns& rows = batch_.spans;
    const UnixNanos start = nanos_of(*seconds_at(part, "start_time"));
    const UnixNanos end = nanos_of(*seconds_at(part, "end_time"));
    const std::string_view space = text_at(part, {"namespace"});
    const bool call = space == "aws" || space == "remote";
    rows.attributes.use_dataset(origin_.environment, {});
    rows.origin.add(start, origin_);
    rows.ids.add(segment_.trace_id, NamedId<8>{id, {}}, NamedId<8>{parent, {}});
    rows.trace_state.add({});
    rows.start.add(start.value);
    rows.duration.add(end.value - start.value);
    rows.name.add(text_at(part, {"name"}));
    rows.kind.add(is_segment ? kServer : call ? kClient : kInternal);
    rows.status.add(outcome_of(part).fault || flag_at(part, {"error"}) || flag_at(part, {"throttle"}) ? kError
                                                                                                      : kUnset);
    rows.status_message.add(first_message(part));
    rows.flags.add(1);  // sampled: what is not is never sent
    rows.sample_rate.add(1);
    rows.dropped_attributes.add(0);
    rows.dropped_events.add(0);
    rows.dropped_links.add(0);
    attributes(part);
    events(part, end);
    links(part);
  }

  static std::string_view first_message(const Value& part) {
    const Array* exceptions = array_at(part, {"cause", "exceptions"});
    return exceptions == nullptr || exceptions->empty() ? std::string_view{}
                                                        : text_at(exceptions->front(), {"message"});
  }

  void attributes(const Value& part) {
    AttributeColumns& columns = batch_.spans.attributes;
    for (const Mapping& mapping : kMappings) {
      const Value* value = at(part, mapping);
      if (value == nullptr || value->as<Object>() != nullptr || value->as<Array>() != nullptr) continue;
      columns.add(mapping.attribute, *value);
    }
    if (const auto space = text_at(part, {"namespace"}); !space.empty())
      columns.add_string("aws.xray.namespace", space);
    for (const std::string_view flag : {"error", "fault", "throttle"}) {
      if (flag_at(part, {flag})) columns.add_bool("aws.xray." + std::string(flag), true);
    }
    annotations(part, columns);
    if (const Object* spaces = object_at(part, {"metadata"})) {
      for (const auto& [space, value] : *spaces) columns.add_json("aws.xray.metadata." + space, to_json(value));
    }
    columns.end_row();
  }

  static void annotations(const Value& part, AttributeColumns& columns) {
    const Object* annotations = object_at(part, {"annotations"});
    if (annotations == nullptr) return;
    Array names;
    for (const auto& [key, value] : *annotations) {
      if (value.missing() || value.as<Object>() != nullptr || value.as<Array>() != nullptr) continue;
      columns.add(key, value);
      names.emplace_back(key);
    }
    if (!names.empty()) columns.add_json("aws.xray.annotations", to_json(Value(std::move(names))));
  }

  void events(const Value& part, UnixNanos time) {
    SpanColumns& rows = batch_.spans;
    if (const Array* exceptions = array_at(part, {"cause", "exceptions"})) {
      for (const Value& exception : *exceptions) {
        Object fields;
        put_text(fields, "exception.type", text_at(exception, {"type"}));
        put_text(fields, "exception.message", text_at(exception, {"message"}));
        put_text(fields, "exception.stacktrace", stack_text(exception));
        for (const auto& [key, value] : fields) note(FieldLevel::kEvent, key);
        rows.event_time.elements.add(time.value);
        rows.event_name.elements.add("exception");
        rows.event_attributes.elements.add(to_json(Value(std::move(fields))));
        rows.event_dropped_attributes.elements.add(0);
      }
    }
    rows.event_time.end_row();
    rows.event_name.end_row();
    rows.event_attributes.end_row();
    rows.event_dropped_attributes.end_row();
    note(FieldLevel::kResource, "service.name");
  }

  void links(const Value& part) {
    SpanColumns& rows = batch_.spans;
    if (const Array* links = array_at(part, {"links"})) {
      for (const Value& link : *links) {
        const std::string_view trace = text_at(link, {"trace_id"});
        const std::string_view id = text_at(link, {"id"});
        if (!is_trace_id(trace) || !is_segment_id(id)) continue;
        const Value* attributes = member(link, "attributes");
        rows.link_trace_id.elements.add(trace_id_from_text(trace).id);
        rows.link_span_id.elements.add(span_id_from_text(id).id);
        rows.link_trace_state.elements.add({});
        rows.link_attributes.elements.add(
            attributes != nullptr && attributes->as<Object>() != nullptr ? to_json(*attributes) : "{}");
        rows.link_flags.elements.add(0);
        rows.link_dropped_attributes.elements.add(0);
      }
    }
    rows.link_trace_id.end_row();
    rows.link_span_id.end_row();
    rows.link_trace_state.end_row();
    rows.link_attributes.end_row();
    rows.link_flags.end_row();
    rows.link_dropped_attributes.end_row();
  }

  /// Fields that are no attributes of the span itself.
  void note(FieldLevel level, std::string_view key) {
    const std::hash<std::string_view> hash;
    const std::uint64_t place = hash(key) ^ (static_cast<std::uint64_t>(level) << 60);
    if (!batch_.fields.first_time(place * 0x9E3779B97F4A7C15U)) return;
    batch_.fields.spans.push_back({std::string(origin_.environment), {}, level, std::string(key), FieldType::kString});
  }

  const Segment& segment_;
  Batch& batch_;
  const std::string resource_;
  Origin origin_;
};

}  // namespace

void append_rows(const Segment& segment, std::string_view document, std::string_view service, UnixNanos received,
                 Batch& batch) {
  RowWriter rows(segment, segment.is_subsegment ? service : segment.name, received, batch);
  const SpanId parent = span_id_from_text(text_at(segment.body, {"parent_id"})).id;
  const bool whole = rows.spans(segment.body, parent, !segment.is_subsegment);
  rows.document(document, whole);
}

}  // namespace tetrascope::xray
