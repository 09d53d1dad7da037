#include "upkeep/otlp_lines.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "model/members.h"
#include "upkeep/otlp_metric.h"
#include "upkeep/otlp_row.h"
#include "upkeep/otlp_value.h"

namespace tetrascope::upkeep {
namespace {

constexpr std::size_t kRowsOfLine = 1'000;

struct SignalForm {
  std::string_view name;
  plan::Table table;
  std::string_view time;
  std::string_view resources, scopes, records;  ///< members of the request
  bool has_trace;
};
constexpr SignalForm kForms[] = {
    {"traces", plan::Table::kSpans, "start", "resourceSpans", "scopeSpans", "spans", true},
    {"logs", plan::Table::kLogs, "time", "resourceLogs", "scopeLogs", "logRecords", true},
    {"metrics", plan::Table::kMetrics, "time", "resourceMetrics", "scopeMetrics", "metrics", false}};
const SignalForm& form_of(ExportSignal signal) { return kForms[static_cast<std::size_t>(signal)]; }

constexpr const char* kSpanNames[] = {"trace_id",
                                      "span_id",
                                      "trace_id_text",
                                      "span_id_text",
                                      "parent_span_id",
                                      "parent_span_id_text",
                                      "trace_state",
                                      "start",
                                      "duration",
                                      "name",
                                      "kind",
                                      "status",
                                      "status_message",
                                      "flags",
                                      "sample_rate",
                                      "dropped_attributes",
                                      "dropped_events",
                                      "dropped_links",
                                      "event_time",
                                      "event_name",
                                      "event_attributes",
                                      "event_dropped_attributes",
                                      "link_trace_id",
                                      "link_span_id",
                                      "link_trace_state",
                                      "link_attributes",
                                      "link_flags",
                                      "link_dropped_attributes"};
constexpr const char* kLogNames[] = {"trace_id",      "span_id",     "trace_id_text", "span_id_text",
                                     "time",          "sent_time",   "observed_time", "severity_number",
                                     "severity_text", "event_name",  "body",          "body_type",
                                     "flags",         "sample_rate", "protocol",      "dropped_attributes"};
constexpr const char* kMetricNames[] = {"name",
                                        "description",
                                        "unit",
                                        "kind",
                                        "temporality",
                                        "monotonic",
                                        "time",
                                        "start_time",
                                        "flags",
                                        "present",
                                        "value_int",
                                        "value_double",
                                        "count",
                                        "sum",
                                        "min",
                                        "max",
                                        "bucket_counts",
                                        "explicit_bounds",
                                        "scale",
                                        "zero_count",
                                        "zero_threshold",
                                        "positive_offset",
                                        "negative_offset",
                                        "positive_counts",
                                        "negative_counts",
                                        "quantiles",
                                        "quantile_values",
                                        "exemplars",
                                        "metadata"};

std::span<const char* const> names_of(ExportSignal signal) {
  if (signal == ExportSignal::kTraces) return kSpanNames;
  if (signal == ExportSignal::kLogs) return kLogNames;
  return kMetricNames;
}

/// The row's attributes with the sample rate that was taken out of them.
Value attributes_of(const OtlpRows& rows, std::size_t row) {
  Value attributes = sent_attributes(rows, row);
  const std::int64_t rate = rows.integer(row, "sample_rate");
  if (rate <= 1 || rows.text(row, "trace_state").contains("ot=")) return attributes;
  if (attributes.as<Object>() == nullptr) attributes = Object{};
  std::get<Object>(attributes.data).emplace_back("SampleRate", Value(rate));
  return attributes;
}

void append_events(const OtlpRows& rows, std::size_t row, OtlpObject& span) {
  const auto& [times, names, attributes, dropped, count] = events_of(rows, row);
  if (count == 0) return;
  std::string& out = span.member("events");
  out += '[';
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    OtlpObject event(out);
    event.integer("timeUnixNano", OtlpRows::integer_of_cell(times[i]));
    if (const auto* name = names[i].as<std::string>()) event.text("name", *name);
    event.key_values("attributes", stored_json(attributes[i]));
    event.number("droppedAttributesCount", OtlpRows::integer_of_cell(dropped[i]));
    event.close();
  }
  out += ']';
}

void append_links(const OtlpRows& rows, std::size_t row, OtlpObject& span) {
  const auto& [traces, spans, states, attributes, flags, dropped, count] = links_of(rows, row);
  if (count == 0) return;
  std::string& out = span.member("links");
  out += '[';
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    OtlpObject link(out);
    link.text("traceId", OtlpRows::hex_of(traces[i]));
    link.text("spanId", OtlpRows::hex_of(spans[i]));
    if (const auto* state = states[i].as<std::string>()) link.text("traceState", *state);
    link.key_values("attributes", stored_json(attributes[i]));
    link.number("droppedAttributesCount", OtlpRows::integer_of_cell(dropped[i]));
    link.number("flags", OtlpRows::integer_of_cell(flags[i]));
    link.close();
  }
  out += ']';
}

void append_span(const OtlpRows& rows, std::size_t row, std::string& out) {
  const std::int64_t start = rows.integer(row, "start");
  OtlpObject span(out);
  span.text("traceId", rows.id(row, "trace_id", "trace_id_text"));
  span.text("spanId", rows.id(row, "span_id", "span_id_text"));
  span.text("traceState", rows.text(row, "trace_state"));
  span.text("parentSpanId", rows.id(row, "parent_span_id", "parent_span_id_text"));
  span.number("flags", rows.integer(row, "flags"));
  span.text("name", rows.text(row, "name"));
  span.number("kind", rows.integer(row, "kind"));
  span.integer("startTimeUnixNano", start);
  span.integer("endTimeUnixNano", start + rows.integer(row, "duration"));
  span.key_values("attributes", attributes_of(rows, row));
  span.number("droppedAttributesCount", rows.integer(row, "dropped_attributes"));
  append_events(rows, row, span);
  span.number("droppedEventsCount", rows.integer(row, "dropped_events"));
  append_links(rows, row, span);
  span.number("droppedLinksCount", rows.integer(row, "dropped_links"));
  OtlpObject status(span.member("status"));
  status.text("message", rows.text(row, "status_message"));
  status.number("code", rows.integer(row, "status"));
  status.close();
  span.close();
}

void append_log(const OtlpRows& rows, std::size_t row, std::string& out) {
  OtlpObject log(out);
  log.integer("timeUnixNano", sent_time(rows, row));
  log.integer("observedTimeUnixNano", observed_time(rows, row));
  log.number("severityNumber", rows.integer(row, "severity_number"));
  log.text("severityText", rows.text(row, "severity_text"));
  log.text("eventName", rows.text(row, "event_name"));
  const std::string_view type = rows.text(row, "body_type");
  if (type == "string" || (type.empty() && !rows.text(row, "body").empty()))
    append_any_value(rows.at(row, "body"), log.member("body"));
  else if (!type.empty())
    append_any_value(stored_json(rows.at(row, "body")), log.member("body"));
  log.key_values("attributes", attributes_of(rows, row));
  log.number("droppedAttributesCount", rows.integer(row, "dropped_attributes"));
  log.number("flags", rows.integer(row, "flags"));
  log.text("traceId", rows.id(row, "trace_id", "trace_id_text"));
  log.text("spanId", rows.id(row, "span_id", "span_id_text"));
  log.close();
}

/// A resource's or scope's own members, and its schema's address, which stands beside it.
void append_producer(const Value& stored, bool is_scope, std::string& out) {
  OtlpObject producer(out);
  if (is_scope) {
    producer.text("name", text_of(member(stored, "name")));
    producer.text("version", text_of(member(stored, "version")));
  }
  if (const Value* attributes = member(stored, "attributes")) producer.key_values("attributes", *attributes);
  producer.number("droppedAttributesCount", integer_of(member(stored, "dropped_attributes")).value_or(0));
  const Array* entities = array_of(member(stored, "entity_refs"));
  if (!is_scope && entities != nullptr) {
    Array written;
    for (const Value& entity : *entities) {
      Object one;
      put_text(one, "type", text_of(member(entity, "type")));
      put_text(one, "schemaUrl", text_of(member(entity, "schema_url")));
      if (const Value* keys = member(entity, "id_keys")) one.emplace_back("idKeys", *keys);
      if (const Value* keys = member(entity, "description_keys")) one.emplace_back("descriptionKeys", *keys);
      written.emplace_back(std::move(one));
    }
    append_json(Value(std::move(written)), producer.member("entityRefs"));
  }
  producer.close();
}

/// The rows [begin, end), which have one resource and scope, as one element of `resourceSpans` or its like.
void append_producer_rows(ExportSignal signal, const OtlpRows& rows, std::size_t begin, std::size_t end,
                          std::string& out) {
  const SignalForm& form = form_of(signal);
  const Value resource = stored_json(rows.at(begin, "resource"));
  const Value scope = stored_json(rows.at(begin, "scope"));
  OtlpObject of_resource(out);
  append_producer(resource, false, of_resource.member("resource"));
  of_resource.text("schemaUrl", text_of(member(resource, "schema_url")));
  of_resource.member(form.scopes) += '[';
  OtlpObject of_scope(out);
  append_producer(scope, true, of_scope.member("scope"));
  of_scope.text("schemaUrl", text_of(member(scope, "schema_url")));
  of_scope.member(form.records) += '[';
  for (std::size_t row = begin; row < end;) {
    if (row > begin) out += ',';
    std::size_t next = row + 1;
    if (signal == ExportSignal::kMetrics) {
      while (next < end && is_same_metric(rows, row, next)) ++next;
      append_metric(rows, row, next, out);
    } else if (signal == ExportSignal::kTraces) {
      append_span(rows, row, out);
    } else {
      append_log(rows, row, out);
    }
    row = next;
  }
  out += ']';
  of_scope.close();
  out += ']';
  of_resource.close();
}

}  // namespace

std::optional<ExportSignal> export_signal(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kForms); ++i)
    if (kForms[i].name == name) return static_cast<ExportSignal>(i);
  return std::nullopt;
}

plan::Table table_of(ExportSignal signal) { return form_of(signal).table; }

std::vector<std::string> otlp_columns(ExportSignal signal) {
  const auto names = names_of(signal);
  std::vector<std::string> all(names.begin(), names.end());
  all.insert(all.end(), {"resource", "scope", "attributes"});
  return all;
}

plan::Plan otlp_plan(ExportSignal signal, plan::TimeRange range, plan::ExprPtr where, std::uint64_t limit) {
  plan::TableRead read;
  read.table = table_of(signal);
  read.where = std::move(where);
  for (std::string& name : otlp_columns(signal)) {
    plan::ExprPtr column = name == "attributes" ? plan::all_attributes(plan::Level::kItem) : plan::column(name);
    read.columns.push_back({std::move(name), std::move(column)});
  }
  plan::Sort sort;
  // The same order each time, and rows of one producer together within a moment.
  sort.keys.push_back({plan::field(std::string(form_of(signal).time))});
  sort.keys.push_back({plan::field("resource")});
  sort.keys.push_back({plan::field("scope")});
  sort.keys.push_back({plan::field("name")});
  if (signal == ExportSignal::kLogs) sort.keys.back() = {plan::field("body")};
  return {range, {std::move(read)}, {std::move(sort), plan::Limit{limit, 0, {}}}};
}

std::string otlp_lines(ExportSignal signal, const plan::Answer& answer) {
  const OtlpRows rows(answer);
  std::string out;
  for (std::size_t line = 0; line < rows.size(); line += kRowsOfLine) {
    const std::size_t line_end = std::min(rows.size(), line + kRowsOfLine);
    out += fmt::format(R"({{"{}":[)", form_of(signal).resources);
    for (std::size_t row = line; row < line_end;) {
      std::size_t next = row + 1;
      while (next < line_end && rows.at(row, "resource") == rows.at(next, "resource") &&
             rows.at(row, "scope") == rows.at(next, "scope"))
        ++next;
      if (row > line) out += ',';
      append_producer_rows(signal, rows, row, next, out);
      row = next;
    }
    out += "]}\n";
  }
  return out;
}

}  // namespace tetrascope::upkeep
