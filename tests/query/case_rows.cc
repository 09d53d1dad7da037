#include "query/case_rows.h"

#include "model/schema.h"

namespace tetrascope {
namespace {

/// One line.
class Row {
 public:
  explicit Row(const Object& members) : members_(members) {}

  [[nodiscard]] const Value& get(std::string_view name) const {
    static const Value kNone;
    for (const auto& [key, value] : members_) {
      if (key == name) return value;
    }
    return kNone;
  }
  [[nodiscard]] std::string text(std::string_view name) const {
    const auto* text = get(name).as<std::string>();
    return text == nullptr ? "" : *text;
  }
  [[nodiscard]] std::int64_t number(std::string_view name, std::int64_t otherwise = 0) const {
    const auto* number = get(name).as<std::int64_t>();
    return number == nullptr ? otherwise : *number;
  }
  [[nodiscard]] UnixNanos time() const { return UnixNanos{number("time", 1'700'000'000 * kNanosPerSecond)}; }
  [[nodiscard]] const Array& list(std::string_view name) const {
    static const Array kNone;
    const auto* list = get(name).as<Array>();
    return list == nullptr ? kNone : *list;
  }
  /// {"attributes": …} of a resource or scope, "" without.
  [[nodiscard]] std::string shared(std::string_view name) const {
    if (get(name).missing()) return "";
    return to_json(Value(Object{{"attributes", get(name)}}));
  }

 private:
  const Object& members_;
};

void add_origin(OriginColumns& columns, const Row& row) {
  const std::string service = row.text("service");
  const std::string resource = row.shared("resource");
  const std::string scope = row.shared("scope");
  columns.add(row.time(), Origin{"otlp", "default", service, service, resource, scope, row.time()});
}

void add_trace(TraceColumns& columns, const Row& row) {
  columns.add(trace_id_from_text(row.text("trace")), span_id_from_text(row.text("span")));
}

void add_attributes(AttributeColumns& columns, const Row& row) {
  if (const auto* attributes = row.get("attributes").as<Object>()) {
    for (const auto& [key, value] : *attributes) columns.add(key, value);
  }
  columns.end_row();
}

void add_events(SpanColumns& spans, const Row& row) {
  for (const Value& value : row.list("events")) {
    const Row event(*value.as<Object>());
    spans.event_time.elements.add(event.time().value);
    spans.event_name.elements.add(event.text("name"));
    spans.event_attributes.elements.add(
        to_json(event.get("attributes").missing() ? Value(Object{}) : event.get("attributes")));
    spans.event_dropped_attributes.elements.add(0);
  }
  spans.event_time.end_row();
  spans.event_name.end_row();
  spans.event_attributes.end_row();
  spans.event_dropped_attributes.end_row();
}

void add_links(SpanColumns& spans, const Row& row) {
  for (const Value& value : row.list("links")) {
    const Row link(*value.as<Object>());
    spans.link_trace_id.elements.add(trace_id_from_text(link.text("trace")).id);
    spans.link_span_id.elements.add(span_id_from_text(link.text("span")).id);
    spans.link_trace_state.elements.add("");
    spans.link_attributes.elements.add(
        to_json(link.get("attributes").missing() ? Value(Object{}) : link.get("attributes")));
    spans.link_flags.elements.add(0);
    spans.link_dropped_attributes.elements.add(0);
  }
  spans.link_trace_id.end_row();
  spans.link_span_id.end_row();
  spans.link_trace_state.end_row();
  spans.link_attributes.end_row();
  spans.link_flags.end_row();
  spans.link_dropped_attributes.end_row();
}

void add(SpanColumns& spans, const Row& row) {
  add_origin(spans.origin, row);
  spans.ids.add(trace_id_from_text(row.text("trace")), span_id_from_text(row.text("span")),
                span_id_from_text(row.text("parent")));
  spans.trace_state.add("");
  spans.start.add(row.time().value);
  spans.duration.add(row.number("duration"));
  spans.name.add(row.text("name"));
  spans.kind.add(static_cast<std::uint8_t>(row.number("kind")));
  spans.status.add(static_cast<std::uint8_t>(row.number("status")));
  spans.status_message.add("");
  spans.flags.add(0);
  spans.sample_rate.add(static_cast<std::uint32_t>(row.number("rate", 1)));
  spans.dropped_attributes.add(0);
  spans.dropped_events.add(0);
  spans.dropped_links.add(0);
  add_attributes(spans.attributes, row);
  add_events(spans, row);
  add_links(spans, row);
}

void add(LogColumns& logs, const Row& row) {
  add_origin(logs.origin, row);
  add_trace(logs.trace, row);
  logs.add_times(row.time(), row.time(), {});
  logs.severity_number.add(static_cast<std::uint8_t>(row.number("severity")));
  logs.severity_text.add("");
  logs.event_name.add("");
  logs.body.add(row.text("body"));
  logs.body_type.add("string");
  logs.flags.add(0);
  logs.sample_rate.add(static_cast<std::uint32_t>(row.number("rate", 1)));
  logs.dropped_attributes.add(0);
  add_attributes(logs.attributes, row);
}

void add(OccurrenceColumns& occurrences, const Row& row) {
  add_origin(occurrences.origin, row);
  add_trace(occurrences.trace, row);
  occurrences.occurrence_id.add(TraceId{});
  occurrences.time.add(row.time().value);
  occurrences.level.add("error");
  occurrences.language.add("");
  occurrences.exception_type.add(row.text("type"));
  occurrences.exception_message.add(row.text("message"));
  occurrences.stacktrace.add("");
  occurrences.escaped.add(false);
  occurrences.sample_rate.add(static_cast<std::uint32_t>(row.number("rate", 1)));
  add_attributes(occurrences.attributes, row);
}

void add(MetricColumns& metrics, const Row& row) {
  add_origin(metrics.origin, row);
  metrics.name.add(row.text("name"));
  metrics.description.add("");
  metrics.unit.add("");
  metrics.kind.add(static_cast<std::uint8_t>(MetricKind::kGauge));
  metrics.temporality.add(0);
  metrics.monotonic.add(false);
  metrics.time.add(row.time().value);
  metrics.start_time.add(0);
  metrics.flags.add(0);
  metrics.present.add(MetricColumns::kIntValue);
  metrics.value_int.add(row.number("value"));
  metrics.value_double.add(0);
  metrics.count.add(0);
  for (auto* column : {&metrics.sum, &metrics.min, &metrics.max, &metrics.zero_threshold}) column->add(0);
  metrics.bucket_counts.end_row();
  for (const Value& bound : row.list("bounds")) metrics.explicit_bounds.elements.add(*bound.as<double>());
  metrics.explicit_bounds.end_row();
  metrics.scale.add(0);
  metrics.zero_count.add(0);
  metrics.positive_offset.add(0);
  metrics.negative_offset.add(0);
  metrics.positive_counts.end_row();
  metrics.negative_counts.end_row();
  metrics.quantiles.end_row();
  metrics.quantile_values.end_row();
  metrics.exemplars.add("");
  metrics.metadata.add("");
  add_attributes(metrics.attributes, row);
}

template <class Columns>
Result<void> insert(Storage& storage, std::string_view table, const Columns& columns) {
  if (columns.rows() == 0) return {};
  if (!columns.misaligned().empty())
    return fail(ErrorCode::kInternal, "misaligned: " + std::string(columns.misaligned()));
  NativeWriter block;
  columns.encode(block, 0, columns.rows());
  return storage.insert({table, block.view(), ""});
}

}  // namespace

Result<void> insert_rows(Storage& storage, std::string_view lines) {
  SpanColumns spans;
  LogColumns logs;
  OccurrenceColumns occurrences;
  MetricColumns metrics;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    if (line.empty()) continue;
    ASSIGN_OR_RETURN(const Value value, value_from_json(line));
    if (value.as<Object>() == nullptr) return fail(ErrorCode::kInvalid, "a row is an object");
    const Row row(*value.as<Object>());
    const std::string table = row.text("table");
    if (table.empty() || table == "spans") {
      add(spans, row);
    } else if (table == "logs") {
      add(logs, row);
    } else if (table == "occurrences") {
      add(occurrences, row);
    } else if (table == "metrics") {
      add(metrics, row);
    } else {
      return fail(ErrorCode::kInvalid, "unknown table " + table);
    }
  }
  RETURN_IF_ERROR(insert(storage, "spans", spans));
  RETURN_IF_ERROR(insert(storage, "logs", logs));
  RETURN_IF_ERROR(insert(storage, "occurrences", occurrences));
  return insert(storage, "metrics", metrics);
}

}  // namespace tetrascope
