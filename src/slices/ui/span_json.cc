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
  kEventDropped,
  kLinkTraceId,
  kLinkSpanId,
  kLinkTraceState,
  kLinkAttributes,
  kLinkFlags,
  kLinkDropped,
  kAttributes,
  kFirstPlain
};
/// Names of the columns above.
constexpr std::string_view kNames[] = {"span_id",          "parent_span_id",
                                       "resource",         "scope",
                                       "event_time",       "event_name",
                                       "event_attributes", "event_dropped_attributes",
                                       "link_trace_id",    "link_span_id",
                                       "link_trace_state", "link_attributes",
                                       "link_flags",       "link_dropped_attributes",
                                       "attributes"};
/// Columns that are written as they are, and what they are called then.
enum class Form { kText, kNumber, kExact };
struct Plain {
  std::string_view column, name;
  Form form;
};
constexpr Plain kPlain[] = {
    {"span_id_text", "span_id_text", Form::kText},
    {"parent_span_id_text", "parent_span_id_text", Form::kText},
    {"trace_state", "trace_state", Form::kText},
    {"flags", "flags", Form::kNumber},
    {"start", "start", Form::kExact},
    {"duration", "duration", Form::kExact},
    {"received", "received", Form::kExact},
    {"service", "service", Form::kText},
    {"name", "name", Form::kText},
    {"kind", "kind", Form::kNumber},
    {"status", "status", Form::kNumber},
    {"status_message", "status_message", Form::kText},
    {"protocol", "protocol", Form::kText},
    {"dataset", "dataset", Form::kText},
    {"environment", "environment", Form::kText},
    {"sample_rate", "sample_rate", Form::kNumber},
    {"dropped_attributes", "dropped_attributes_count", Form::kNumber},
    {"dropped_events", "dropped_events_count", Form::kNumber},
    {"dropped_links", "dropped_links_count", Form::kNumber},
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

void append_number(std::string_view name, std::int64_t number, std::string& out) {
  append_name(name, out);
  out += std::to_string(number);
}

}  // namespace

plan::Plan whole_spans_plan(const TraceId& trace, std::size_t limit) {
  plan::TableRead read;
  for (std::size_t i = 0; i < kAttributes; ++i) {
    read.columns.push_back({std::string(kNames[i]), plan::column(std::string(kNames[i]))});
  }
  read.columns.push_back({std::string(kNames[kAttributes]), plan::all_attributes(plan::Level::kItem)});
  for (const Plain& one : kPlain)
    read.columns.push_back({std::string(one.column), plan::column(std::string(one.column))});
  read.where = equals(plan::column("trace_id"), id_literal(trace));
  return {kAllTime, {read}, {plan::Sort{{{plan::field("start")}}}, plan::Limit{limit, 0, {}}}};
}

SpanWriter::SpanWriter(const plan::Answer& answer) : answer_(answer) {
  for (const auto name : kNames) places_.push_back(column_of(answer, name));
  for (const Plain& one : kPlain) places_.push_back(column_of(answer, one.column));
}

void SpanWriter::append(std::size_t row, std::string& out) {
  out += '{';
  append_own(row, out);
  append_name("attributes", out);
  append_json(attributes_json(cell(row, kAttributes)), out);
  append_name("resource", out);
  out += producers_.json(text_cell(cell(row, kResource)));
  append_name("scope", out);
  out += producers_.json(text_cell(cell(row, kScope)));
  append_events(row, out);
  append_links(row, out);
  out += '}';
}

void SpanWriter::append_own(std::size_t row, std::string& out) const {
  append_text("span_id", id_cell(cell(row, kSpanId)), out);
  append_text("parent_span_id", id_cell(cell(row, kParentSpanId)), out);
  for (std::size_t i = 0; i < std::size(kPlain); ++i) {
    const auto& [column, name, form] = kPlain[i];
    const Value& value = cell(row, kFirstPlain + i);
    if (form == Form::kText) {
      append_text(name, text_cell(value), out);
    } else if (form == Form::kExact) {
      append_exact(name, int_cell(value), out);
    } else {
      append_number(name, int_cell(value), out);
    }
  }
}

void SpanWriter::append_events(std::size_t row, std::string& out) const {
  const Array& times = list_cell(cell(row, kEventTime));
  const Array& names = list_cell(cell(row, kEventName));
  const Array& attributes = list_cell(cell(row, kEventAttributes));
  const Array& dropped = list_cell(cell(row, kEventDropped));
  append_name("events", out);
  out += '[';
  for (std::size_t i = 0; i < std::min({times.size(), names.size(), attributes.size(), dropped.size()}); ++i) {
    out += i > 0 ? ",{" : "{";
    append_exact("time", int_cell(times[i]), out);
    append_text("name", text_cell(names[i]), out);
    append_name("attributes", out);
    append_json(attributes_json(text_cell(attributes[i])), out);
    append_number("dropped_attributes_count", int_cell(dropped[i]), out);
    out += '}';
  }
  out += ']';
}

void SpanWriter::append_links(std::size_t row, std::string& out) const {
  const Array& traces = list_cell(cell(row, kLinkTraceId));
  const Array& spans = list_cell(cell(row, kLinkSpanId));
  const Array& states = list_cell(cell(row, kLinkTraceState));
  const Array& attributes = list_cell(cell(row, kLinkAttributes));
  const Array& flags = list_cell(cell(row, kLinkFlags));
  const Array& dropped = list_cell(cell(row, kLinkDropped));
  append_name("links", out);
  out += '[';
  const std::size_t links =
      std::min({traces.size(), spans.size(), states.size(), attributes.size(), flags.size(), dropped.size()});
  for (std::size_t i = 0; i < links; ++i) {
    out += i > 0 ? ",{" : "{";
    append_text("trace_id", id_cell(traces[i]), out);
    append_text("span_id", id_cell(spans[i]), out);
    append_text("trace_state", text_cell(states[i]), out);
    append_number("flags", int_cell(flags[i]), out);
    append_name("attributes", out);
    append_json(attributes_json(text_cell(attributes[i])), out);
    append_number("dropped_attributes_count", int_cell(dropped[i]), out);
    out += '}';
  }
  out += ']';
}

}  // namespace tetrascope::ui
