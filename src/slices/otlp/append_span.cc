#include <fmt/core.h>

#include "slices/otlp/any_value.h"
#include "slices/otlp/appender.h"

namespace tetrascope::otlp {
namespace {

std::uint64_t dice(const SpanRecord& span) {
  std::array<char, 24> ids{};
  span.trace_id.id.view().copy(ids.data(), 16);
  span.span_id.id.view().copy(ids.data() + 16, 8);
  return stable_hash({ids.data(), ids.size()})[0];
}

SampleRate rate_of_span(const SpanRecord& span, const ProducerText& scope, const ProducerText& resource) {
  if (const auto said = chosen_rate(rate_claims(span.attributes), scope.rates, resource.rates)) return *said;
  if (span.trace_state.empty()) return {};
  return {tracestate_rate(span.trace_state, dice(span)).value_or(1), {}};
}

std::string_view missing_id(const SpanRecord& span) {
  if (span.trace_id.id.empty()) return "trace id";
  if (span.span_id.id.empty()) return "span id";
  return {};
}

}  // namespace

Result<void> Appender::span(const SpanRecord& span) {
  if (const std::string_view id = missing_id(span); !id.empty()) {
    refuse(fmt::format("the span \"{}\" of service \"{}\" has no {}", span.name.substr(0, 100), origin_.service, id));
    return {};
  }
  RETURN_IF_ERROR(
      spend(kRecordCost + span.name.size() + span.status_message.size() + span.trace_state.size(), span.attributes));
  begin_rows();
  const UnixNanos start = UnixNanos::from_unsigned(span.start);
  const SampleRate sample = rate_of_span(span, *scope_, *resource_);
  SpanColumns& rows = out_.spans;
  add_origin(rows.origin, start, origin_added_);
  rows.ids.add(span.trace_id, span.span_id, span.parent_span_id);
  rows.trace_state.add(span.trace_state);
  rows.start.add(start.value);
  rows.duration.add(UnixNanos::from_unsigned(span.end).value - start.value);
  rows.name.add(span.name);
  rows.kind.add(span.kind);
  rows.status.add(span.status);
  rows.status_message.add(span.status_message);
  rows.flags.add(span.flags);
  rows.sample_rate.add(sample.rate);
  rows.dropped_attributes.add(span.dropped_attributes);
  rows.dropped_events.add(span.dropped_events);
  rows.dropped_links.add(span.dropped_links);
  add_attributes(rows.attributes, span.attributes, sample.taken_key);
  add_events(span);
  add_links(span);
  ++report_.accepted;
  report_.span_events += span.events.size();
  for (std::size_t i = 0; i < span.events.size(); ++i) {
    auto occurrence = occurrence_of(span, i, context_.received);
    if (!occurrence) continue;
    RETURN_IF_ERROR(spend(kRecordCost, occurrence->attributes));
    occurrence->sample_rate = sample.rate;
    add_occurrence(*occurrence, {});
  }
  return {};
}

void Appender::add_events(const SpanRecord& span) {
  SpanColumns& rows = out_.spans;
  for (const EventRecord& event : span.events) {
    const auto attributes = event.attributes.of(span.part_attributes);
    note(out_.fields.spans, FieldLevel::kEvent, attributes);
    json_.clear();
    append_json(attributes, json_);
    rows.event_time.elements.add(UnixNanos::from_unsigned(event.time).value);
    rows.event_name.elements.add(event.name);
    rows.event_attributes.elements.add(json_);
    rows.event_dropped_attributes.elements.add(event.dropped_attributes);
  }
  rows.event_time.end_row();
  rows.event_name.end_row();
  rows.event_attributes.end_row();
  rows.event_dropped_attributes.end_row();
}

void Appender::add_links(const SpanRecord& span) {
  SpanColumns& rows = out_.spans;
  for (const LinkRecord& link : span.links) {
    const auto attributes = link.attributes.of(span.part_attributes);
    note(out_.fields.spans, FieldLevel::kLink, attributes);
    json_.clear();
    append_json(attributes, json_);
    rows.link_trace_id.elements.add(link.trace_id.id);
    rows.link_span_id.elements.add(link.span_id.id);
    rows.link_trace_state.elements.add(link.trace_state);
    rows.link_attributes.elements.add(json_);
    rows.link_flags.elements.add(link.flags);
    rows.link_dropped_attributes.elements.add(link.dropped_attributes);
  }
  rows.link_trace_id.end_row();
  rows.link_span_id.end_row();
  rows.link_trace_state.end_row();
  rows.link_attributes.end_row();
  rows.link_flags.end_row();
  rows.link_dropped_attributes.end_row();
}

}  // namespace tetrascope::otlp
