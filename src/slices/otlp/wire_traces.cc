// ExportTraceServiceRequest as protobuf.

#include "slices/otlp/row_guard.h"
#include "slices/otlp/wire_request.h"

namespace tetrascope::otlp {
namespace {

void read_event(std::string_view message, SpanRecord& span, Budget& budget) {
  spend(budget, kPartCost);
  EventRecord event;
  event.attributes.begin = span.part_attributes.size();
  for (Fields fields(message); fields.next();) {
    switch (fields.number()) {
      case 1:
        event.time = fields.fixed64();
        break;
      case 2:
        event.name = fields.text();
        break;
      case 3:
        read_attribute(fields.bytes(), span.part_attributes, span.values, budget);
        break;
      case 4:
        event.dropped_attributes = fields.uint32();
        break;
      default:
        fields.skip();
    }
  }
  event.attributes.end = span.part_attributes.size();
  span.events.push_back(event);
}

void read_link(std::string_view message, SpanRecord& span, Budget& budget) {
  spend(budget, kPartCost);
  LinkRecord link;
  link.attributes.begin = span.part_attributes.size();
  for (Fields fields(message); fields.next();) {
    switch (fields.number()) {
      case 1:
        link.trace_id = wire_trace_id(fields.bytes());
        break;
      case 2:
        link.span_id = wire_span_id(fields.bytes());
        break;
      case 3:
        link.trace_state = fields.text();
        break;
      case 4:
        read_attribute(fields.bytes(), span.part_attributes, span.values, budget);
        break;
      case 5:
        link.dropped_attributes = fields.uint32();
        break;
      case 6:
        link.flags = fields.fixed32();
        break;
      default:
        fields.skip();
    }
  }
  link.attributes.end = span.part_attributes.size();
  span.links.push_back(std::move(link));
}

void read_status(std::string_view message, SpanRecord& span) {
  for (Fields fields(message); fields.next();) {
    switch (fields.number()) {
      case 2:
        span.status_message = fields.text();
        break;
      case 3:
        span.status = small_enum(fields.int32());
        break;
      default:
        fields.skip();
    }
  }
}

void read_span(std::string_view message, SpanRecord& span, Budget& budget) {
  for (Fields fields(message); fields.next();) {
    switch (fields.number()) {
      case 1:
        span.trace_id = wire_trace_id(fields.bytes());
        break;
      case 2:
        span.span_id = wire_span_id(fields.bytes());
        break;
      case 3:
        span.trace_state = fields.text();
        break;
      case 4:
        span.parent_span_id = wire_span_id(fields.bytes());
        break;
      case 5:
        span.name = fields.text();
        break;
      case 6:
        span.kind = small_enum(fields.int32());
        break;
      case 7:
        span.start = fields.fixed64();
        break;
      case 8:
        span.end = fields.fixed64();
        break;
      case 9:
        read_attribute(fields.bytes(), span.attributes, span.values, budget);
        break;
      case 10:
        span.dropped_attributes = fields.uint32();
        break;
      case 11:
        read_event(fields.bytes(), span, budget);
        break;
      case 12:
        span.dropped_events = fields.uint32();
        break;
      case 13:
        read_link(fields.bytes(), span, budget);
        break;
      case 14:
        span.dropped_links = fields.uint32();
        break;
      case 15:
        read_status(fields.bytes(), span);
        break;
      case 16:
        span.flags = fields.fixed32();
        break;
      default:
        fields.skip();
    }
  }
}

}  // namespace

Result<DecodeReport> decode_traces(std::string_view body, const OtlpContext& context, Batch& out) {
  RowGuard guard(out);
  Budget budget;
  Appender rows(OtlpSignal::kTraces, context, out, budget);
  SpanRecord span;
  RETURN_IF_ERROR(WireRequest(rows, budget, "span").read(body, [&](std::string_view message) {
    span.clear();
    read_span(message, span, budget);
    return rows.span(span);
  }));
  guard.keep();
  return rows.take_report();
}

}  // namespace tetrascope::otlp
