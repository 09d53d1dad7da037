#include "slices/honeycomb/event_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <optional>

namespace tetrascope::honeycomb {
namespace {

using Member = Object::value_type;

constexpr double kNanosPerMilliAsDouble = 1e6;
constexpr double kMaxDurationMillis = 9.2e12;  // 292 years, the end of int64 nanoseconds

/// Names of span kinds by their number (2.6).
constexpr std::array<std::string_view, 6> kSpanKinds = {"unspecified", "internal", "server",
                                                        "client",      "producer", "consumer"};
/// Names of severities; each stands for four numbers, of which the first is written (2.9).
constexpr std::array<std::string_view, 6> kSeverities = {"trace", "debug", "info", "warn", "error", "fatal"};

/// An event's members, and which of them the row's columns have taken over.
class Fields {
 public:
  explicit Fields(const Object& data) : data_(data) {}

  [[nodiscard]] const Member* find(std::string_view key) const {
    const auto found = std::ranges::find(data_, key, &Member::first);
    return found == data_.end() ? nullptr : &*found;
  }
  /// The first of `keys` whose value is text that is not empty.
  [[nodiscard]] const Member* text(std::initializer_list<std::string_view> keys) const {
    for (const auto key : keys) {
      const Member* member = find(key);
      const auto* value = member == nullptr ? nullptr : member->second.as<std::string>();
      if (value != nullptr && !value->empty()) return member;
    }
    return nullptr;
  }
  /// A column gives this member back under `name`: it is not stored a second time. Only under that very name.
  void taken(const Member* member, std::string_view name) {
    if (member != nullptr && member->first == name) taken_.push_back(member);
  }
  void store(AttributeColumns& attributes) const {
    for (const Member& member : data_) {
      if (std::ranges::find(taken_, &member) != taken_.end()) continue;
      const Value& value = member.second;
      if (value.as<Object>() != nullptr || value.as<Array>() != nullptr) {
        attributes.add_json(member.first,
                            to_json(value));  // as sent: the leaves of a map are no columns of their own (2.12)
      } else {
        attributes.add(member.first, value);
      }
    }
    attributes.end_row();
  }

 private:
  const Object& data_;
  std::vector<const Member*> taken_;
};

std::string_view text_of(const Member* member) {
  return member == nullptr ? std::string_view{} : std::string_view(*member->second.as<std::string>());
}

/// Milliseconds of the member as nanoseconds; nullopt when it is no number, negative or beyond all time.
std::optional<std::int64_t> duration_nanos(const Member* member) {
  if (member == nullptr) return std::nullopt;
  double millis = -1;
  if (const auto* number = member->second.as<double>()) millis = *number;
  if (const auto* integer = member->second.as<std::int64_t>()) millis = static_cast<double>(*integer);
  if (!(millis >= 0 && millis < kMaxDurationMillis)) return std::nullopt;
  return std::llround(millis * kNanosPerMilliAsDouble);
}

/// Whether the stored nanoseconds, read as milliseconds, are the number that was sent.
bool reads_back(const Member& member, std::int64_t nanos) {
  const double read = static_cast<double>(nanos) / kNanosPerMilliAsDouble;
  if (const auto* number = member.second.as<double>()) return *number == read;
  return static_cast<double>(*member.second.as<std::int64_t>()) == read;
}

/// Reading a trace id of 16 bytes whose first half is zero gives 16 digits (2.4 rule 6): such a text stays an
/// attribute.
bool reads_back(const NamedId<16>& id) { return !id.text.empty() || !to_hex(id.id).starts_with("0000000000000000"); }
/// Zero reads as "none".
bool reads_back(const NamedId<8>& id) { return !id.text.empty() || !id.id.empty(); }

template <std::size_t N>
std::uint8_t index_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return static_cast<std::uint8_t>(std::ranges::find(names, name) - names.begin());
}

struct SpanIdentity {
  const Member* trace_id;
  const Member* span_id;
  const Member* duration;
  std::int64_t nanos;
};

/// The span that the event is: by the vendor's default dataset definitions (3.5). Annotations say so by themselves.
std::optional<SpanIdentity> span_identity(const Fields& fields) {
  const Member* trace_id = fields.text({"trace.trace_id", "traceId"});
  const Member* span_id = fields.text({"trace.span_id", "id"});
  if (trace_id == nullptr || span_id == nullptr || fields.text({"meta.annotation_type"}) != nullptr)
    return std::nullopt;
  for (const std::string_view key : {"duration_ms", "durationMs", "request_processing_time"}) {
    const Member* duration = fields.find(key);
    if (const auto nanos = duration_nanos(duration)) return SpanIdentity{trace_id, span_id, duration, *nanos};
  }
  return std::nullopt;
}

Origin origin_of(Fields& fields, const EventPlace& place) {
  const Member* service = fields.text({"service.name", "service_name", "serviceName"});
  fields.taken(service, "service.name");
  return {.protocol = kProtocol,
          .environment = place.environment,
          .dataset = place.dataset,
          .service = text_of(service),
          .resource = {},
          .scope = {},
          .received = place.received};
}

/// Whether the event says that it failed: for the other vendors' views, the field itself stays.
bool failed(const Fields& fields) {
  const Member* error = fields.find("error");
  if (error == nullptr) return false;
  if (const auto* flag = error->second.as<bool>()) return *flag;
  const auto* text = error->second.as<std::string>();
  return text != nullptr && !text->empty() && *text != "false";
}

void add_empty_events(SpanColumns& spans) {
  spans.event_time.end_row();
  spans.event_name.end_row();
  spans.event_attributes.end_row();
  spans.event_dropped_attributes.end_row();
  spans.link_trace_id.end_row();
  spans.link_span_id.end_row();
  spans.link_trace_state.end_row();
  spans.link_attributes.end_row();
  spans.link_flags.end_row();
  spans.link_dropped_attributes.end_row();
}

void append_span(const Event& event, Fields fields, const SpanIdentity& span, const EventPlace& place,
                 SpanColumns& spans) {
  const UnixNanos start = event.time.value_or(place.received);
  const NamedId<16> trace_id = trace_id_from_text(text_of(span.trace_id));
  const NamedId<8> span_id = span_id_from_text(text_of(span.span_id));
  const Member* parent = fields.text({"trace.parent_id", "parentId"});
  const NamedId<8> parent_id = parent == nullptr ? NamedId<8>{} : span_id_from_text(text_of(parent));
  const Member* name = fields.text({"name"});
  const Member* kind = fields.text({"span.kind"});
  const std::uint8_t kind_number = index_of(kSpanKinds, text_of(kind));
  const bool kind_known = kind != nullptr && kind_number != 0 && kind_number < kSpanKinds.size();

  if (reads_back(trace_id)) fields.taken(span.trace_id, "trace.trace_id");
  if (reads_back(span_id)) fields.taken(span.span_id, "trace.span_id");
  if (reads_back(parent_id)) fields.taken(parent, "trace.parent_id");
  fields.taken(name, "name");
  if (reads_back(*span.duration, span.nanos)) fields.taken(span.duration, "duration_ms");
  if (kind_known) fields.taken(kind, "span.kind");

  spans.attributes.use_dataset(place.environment, place.dataset);
  spans.origin.add(start, origin_of(fields, place));
  spans.ids.add(trace_id, span_id, parent_id);
  spans.trace_state.add({});
  spans.start.add(start.value);
  spans.duration.add(span.nanos);
  spans.name.add(text_of(name));
  spans.kind.add(kind_known ? kind_number : std::uint8_t{0});
  spans.status.add(failed(fields) ? std::uint8_t{2} : std::uint8_t{0});
  spans.status_message.add({});
  spans.flags.add(0);
  spans.sample_rate.add(event.sample_rate);
  spans.dropped_attributes.add(0);
  spans.dropped_events.add(0);
  spans.dropped_links.add(0);
  add_empty_events(spans);
  fields.store(spans.attributes);
}

void append_log(const Event& event, Fields fields, const EventPlace& place, LogColumns& logs) {
  const UnixNanos time = event.time.value_or(place.received);
  const Member* trace = fields.text({"trace.trace_id", "traceId"});
  const NamedId<16> trace_id = trace == nullptr ? NamedId<16>{} : trace_id_from_text(text_of(trace));
  // The span that it belongs to, as of a log record (2.9): its parent.
  const Member* parent = fields.text({"trace.parent_id"});
  const NamedId<8> parent_id = parent == nullptr ? NamedId<8>{} : span_id_from_text(text_of(parent));
  const Member* severity = fields.text({"severity"});
  const std::uint8_t severity_index = index_of(kSeverities, text_of(severity));
  const bool severity_known = severity != nullptr && severity_index < kSeverities.size();
  const Member* severity_text = fields.text({"severity_text"});
  const Member* body = fields.text({"body"});
  const Member* event_name = fields.text({"event.name"});

  if (reads_back(trace_id)) fields.taken(trace, "trace.trace_id");
  if (reads_back(parent_id)) fields.taken(parent, "trace.parent_id");
  if (severity_known) fields.taken(severity, "severity");
  fields.taken(severity_text, "severity_text");
  fields.taken(body, "body");
  fields.taken(event_name, "event.name");

  logs.attributes.use_dataset(place.environment, place.dataset);
  logs.origin.add(time, origin_of(fields, place));
  logs.trace.add(trace_id, parent_id);
  logs.add_times(time, event.time.value_or(UnixNanos{}), {});
  logs.severity_number.add(severity_known ? static_cast<std::uint8_t>(severity_index * 4 + 1) : std::uint8_t{0});
  logs.severity_text.add(text_of(severity_text));
  logs.event_name.add(text_of(event_name));
  logs.body.add(text_of(body));
  logs.body_type.add(body == nullptr ? std::string_view{} : std::string_view("string"));
  logs.flags.add(0);
  logs.sample_rate.add(event.sample_rate);
  logs.dropped_attributes.add(0);
  fields.store(logs.attributes);
}

}  // namespace

void append_event(const Event& event, const EventPlace& place, Batch& batch) {
  const Fields fields(event.data);
  if (const auto span = span_identity(fields)) {
    append_span(event, fields, *span, place, batch.spans);
  } else {
    append_log(event, fields, place, batch.logs);
  }
}

}  // namespace tetrascope::honeycomb
