// ExportTraceServiceRequest as JSON.

#include <array>

#include "slices/otlp/json_request.h"
#include "slices/otlp/row_guard.h"

namespace tetrascope::otlp {
namespace {

constexpr JsonFrame kTracesFrame = {"resourceSpans", "scopeSpans", "spans"};
constexpr std::array<std::string_view, 6> kKinds = {"UNSPECIFIED", "INTERNAL", "SERVER",
                                                    "CLIENT",      "PRODUCER", "CONSUMER"};
constexpr std::array<std::string_view, 3> kStatuses = {"UNSET", "OK", "ERROR"};

void read_event(JsonReader& in, const JsonValue& value, SpanRecord& span) {
  if (!in.spend(kPartCost)) return;
  EventRecord event;
  event.attributes.begin = span.part_attributes.size();
  in.members(value, [&](std::string_view name, const JsonValue& member) {
    if (name == "timeUnixNano") event.time = in.uint64(member);
    if (name == "name") event.name = in.text(member);
    if (name == "attributes") in.attributes(member, span.part_attributes, span.values);
    if (name == "droppedAttributesCount") event.dropped_attributes = in.uint32(member);
  });
  event.attributes.end = span.part_attributes.size();
  span.events.push_back(event);
}

void read_link(JsonReader& in, const JsonValue& value, SpanRecord& span) {
  if (!in.spend(kPartCost)) return;
  LinkRecord link;
  link.attributes.begin = span.part_attributes.size();
  in.members(value, [&](std::string_view name, const JsonValue& member) {
    if (name == "traceId") link.trace_id = in.trace_id(member);
    if (name == "spanId") link.span_id = in.span_id(member);
    if (name == "traceState") link.trace_state = in.text(member);
    if (name == "attributes") in.attributes(member, span.part_attributes, span.values);
    if (name == "droppedAttributesCount") link.dropped_attributes = in.uint32(member);
    if (name == "flags") link.flags = in.uint32(member);
  });
  link.attributes.end = span.part_attributes.size();
  span.links.push_back(std::move(link));
}

void read_status(JsonReader& in, const JsonValue& value, SpanRecord& span) {
  in.members(value, [&](std::string_view name, const JsonValue& member) {
    if (name == "message") span.status_message = in.text(member);
    if (name == "code") span.status = in.enumeration(member, "STATUS_CODE_", kStatuses);
  });
}

void read_span(JsonReader& in, const JsonValue& value, SpanRecord& span) {
  in.members(value, [&](std::string_view name, const JsonValue& member) {
    if (name == "traceId") span.trace_id = in.trace_id(member);
    if (name == "spanId") span.span_id = in.span_id(member);
    if (name == "traceState") span.trace_state = in.text(member);
    if (name == "parentSpanId") span.parent_span_id = in.span_id(member);
    if (name == "name") span.name = in.text(member);
    if (name == "kind") span.kind = in.enumeration(member, "SPAN_KIND_", kKinds);
    if (name == "startTimeUnixNano") span.start = in.uint64(member);
    if (name == "endTimeUnixNano") span.end = in.uint64(member);
    if (name == "attributes") in.attributes(member, span.attributes, span.values);
    if (name == "droppedAttributesCount") span.dropped_attributes = in.uint32(member);
    if (name == "events") in.items(member, [&](const JsonValue& item) { read_event(in, item, span); });
    if (name == "droppedEventsCount") span.dropped_events = in.uint32(member);
    if (name == "links") in.items(member, [&](const JsonValue& item) { read_link(in, item, span); });
    if (name == "droppedLinksCount") span.dropped_links = in.uint32(member);
    if (name == "status") read_status(in, member, span);
    if (name == "flags") span.flags = in.uint32(member);
  });
}

}  // namespace

Result<DecodeReport> decode_traces_json(std::string_view body, const OtlpContext& context, Batch& out) {
  RowGuard guard(out);
  Budget budget;
  Appender rows(OtlpSignal::kTraces, context, out, budget);
  JsonReader in(budget);
  SpanRecord span;
  const auto read = [&](const JsonValue& value) -> Result<void> {
    span.clear();
    read_span(in, value, span);
    RETURN_IF_ERROR(in.result());
    return rows.span(span);
  };
  RETURN_IF_ERROR(read_json_request(body, kTracesFrame, in, rows, read));
  guard.keep();
  return rows.take_report();
}

}  // namespace tetrascope::otlp
