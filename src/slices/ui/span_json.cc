#include "slices/ui/span_json.h"

#include <algorithm>
#include <string_view>

#include "slices/ui/attributes_json.h"
#include "slices/ui/question.h"

namespace tetrascope::ui {
namespace {

enum Column : std::size_t {
  kSpanId,
  kParentSpanId,
  kResource,
  kScope,
  kEventTime,
  kEventName,
  kEventAttributes,
  kLinkTraceId,
  kLinkSpanId,
  kLinkAttributes,
  kAttributes,
  kFirstPlain
};
/// Names of the columns above.
constexpr std::string_view kNames[] = {"span_id",      "parent_span_id",  "resource",         "scope",
                                       "event_time",   "event_name",      "event_attributes", "link_trace_id",
                                       "link_span_id", "link_attributes", "attributes"};
/// Columns that are written as they are, under their own names.
enum class Form { kText, kNumber, kExact };
constexpr std::pair<std::string_view, Form> kPlain[] = {
    {"span_id_text", Form::kText},   {"trace_state", Form::kText},   {"start", Form::kExact},
    {"duration", Form::kExact},      {"received", Form::kExact},     {"service", Form::kText},
    {"name", Form::kText},           {"kind", Form::kNumber},        {"status", Form::kNumber},
    {"status_message", Form::kText}, {"protocol", Form::kText},      {"dataset", Form::kText},
    {"environment", Form::kText},    {"sample_rate", Form::kNumber},
};

const Array& list_cell(const Value& cell) {
  static const Array kNone;
  const auto* array = cell.as<Array>();
  return array != nullptr ? *array : kNone;
}

/// `,"name":`, without the comma behind an opening brace.
void append_name(std::string_view name, std::string& out) {
  if (out.back() != '{') out += ',';
  append_json_string(name, out);
  out += ':';
}

void append_text(std::string_view name, std::string_view text, std::string& out) {
  append_name(name, out);
  append_json_string(text, out);
}

void append_exact(std::string_view name, std::int64_t number, std::string& out) {
  append_text(name, std::to_string(number), out);
}

}  // namespace

plan::Plan whole_spans_plan(const TraceId& trace, std::size_t limit) {
  plan::TableRead read;
  for (std::size_t i = 0; i < kAttributes; ++i) {
    read.columns.push_back({std::string(kNames[i]), plan::column(std::string(kNames[i]))});
  }
  read.columns.push_back({std::string(kNames[kAttributes]), plan::all_attributes(plan::Level::kItem)});
  for (const auto& [name, form] : kPlain) read.columns.push_back({std::string(name), plan::column(std::string(name))});
  read.where = equals(plan::column("trace_id"), id_literal(trace));
  return {kAllTime, {read}, {plan::Sort{{{plan::field("start")}}}, plan::Limit{limit, 0, {}}}};
}

SpanWriter::SpanWriter(const plan::Answer& answer) : answer_(answer) {
  for (const auto name : kNames) places_.push_back(column_of(answer, name));
  for (const auto& [name, form] : kPlain) places_.push_back(column_of(answer, name));
}

void SpanWriter::append(std::size_t row, std::string& out) {
  out += '{';
  append_own(row, out);
  append_name("attributes", out);
  append_json(attributes_json(cell(row, kAttributes)), out);
  append_name("resource", out);
  out += resource_json(text_cell(cell(row, kResource)));
  append_name("scope", out);
  out += scope_json(text_cell(cell(row, kScope)));
  append_events(row, out);
  append_links(row, out);
  out += '}';
}

void SpanWriter::append_own(std::size_t row, std::string& out) const {
  append_text("span_id", id_cell(cell(row, kSpanId)), out);
  append_text("parent_span_id", id_cell(cell(row, kParentSpanId)), out);
  for (std::size_t i = 0; i < std::size(kPlain); ++i) {
    const auto& [name, form] = kPlain[i];
    const Value& value = cell(row, kFirstPlain + i);
    if (form == Form::kText) {
      append_text(name, text_cell(value), out);
    } else if (form == Form::kExact) {
      append_exact(name, int_cell(value), out);
    } else {
      append_name(name, out);
      out += std::to_string(int_cell(value));
    }
  }
}

void SpanWriter::append_events(std::size_t row, std::string& out) const {
  const Array& times = list_cell(cell(row, kEventTime));
  const Array& names = list_cell(cell(row, kEventName));
  const Array& attributes = list_cell(cell(row, kEventAttributes));
  append_name("events", out);
  out += '[';
  for (std::size_t i = 0; i < std::min({times.size(), names.size(), attributes.size()}); ++i) {
    out += i > 0 ? ",{" : "{";
    append_exact("time", int_cell(times[i]), out);
    append_text("name", text_cell(names[i]), out);
    append_name("attributes", out);
    append_json(attributes_json(text_cell(attributes[i])), out);
    out += '}';
  }
  out += ']';
}

void SpanWriter::append_links(std::size_t row, std::string& out) const {
  const Array& traces = list_cell(cell(row, kLinkTraceId));
  const Array& spans = list_cell(cell(row, kLinkSpanId));
  const Array& attributes = list_cell(cell(row, kLinkAttributes));
  append_name("links", out);
  out += '[';
  for (std::size_t i = 0; i < std::min({traces.size(), spans.size(), attributes.size()}); ++i) {
    out += i > 0 ? ",{" : "{";
    append_text("trace_id", id_cell(traces[i]), out);
    append_text("span_id", id_cell(spans[i]), out);
    append_name("attributes", out);
    append_json(attributes_json(text_cell(attributes[i])), out);
    out += '}';
  }
  out += ']';
}

const std::string& SpanWriter::resource_json(std::string_view resource) {
  const auto [found, added] = resources_.try_emplace(std::string(resource));
  if (added) append_json(shared_attributes_json(resource), found->second);
  return found->second;
}

const std::string& SpanWriter::scope_json(std::string_view scope) {
  const auto [found, added] = scopes_.try_emplace(std::string(scope));
  if (!added) return found->second;
  std::string& out = found->second;
  out += '{';
  append_text("name", shared_text(scope, "name"), out);
  append_text("version", shared_text(scope, "version"), out);
  append_name("attributes", out);
  append_json(shared_attributes_json(scope), out);
  out += '}';
  return out;
}

}  // namespace tetrascope::ui
