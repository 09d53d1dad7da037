#include "slices/ui/span_json.h"

#include <algorithm>
#include <string_view>

#include "slices/ui/answers.h"
#include "slices/ui/attributes_json.h"
#include "slices/ui/question.h"

namespace tetrascope::ui {
namespace {

constexpr std::string_view kColumns[] = {
    "span_id",       "parent_span_id", "span_id_text",
    "trace_state",   "start",          "duration",
    "received",      "service",        "name",
    "kind",          "status",         "status_message",
    "protocol",      "dataset",        "environment",
    "sample_rate",   "resource",       "scope",
    "event_time",    "event_name",     "event_attributes",
    "link_trace_id", "link_span_id",   "link_attributes",
};

const Array& list_cell(const Value& cell) {
  static const Array kNone;
  const auto* array = cell.as<Array>();
  return array != nullptr ? *array : kNone;
}

/// Lists side by side, one object an element.
template <class Make>
Value zip(std::size_t length, Make make) {
  Array list;
  for (std::size_t i = 0; i < length; ++i) list.push_back(make(i));
  return list;
}

Value scope_json(std::string_view scope) {
  return Object{{"name", shared_text(scope, "name")},
                {"version", shared_text(scope, "version")},
                {"attributes", shared_attributes_json(scope)}};
}

}  // namespace

plan::Plan whole_spans_plan(const TraceId& trace, std::size_t limit) {
  plan::TableRead read;
  for (const auto name : kColumns) read.columns.push_back({std::string(name), plan::column(std::string(name))});
  read.columns.push_back({"attributes", plan::all_attributes(plan::Level::kItem)});
  read.where = equals(plan::column("trace_id"), id_literal(trace));
  return {kAllTime, {read}, {plan::Sort{{{plan::field("start")}}}, plan::Limit{limit, 0, {}}}};
}

Value span_json(const plan::Answer& answer, const std::vector<Value>& row) {
  const auto cell = [&](std::string_view name) -> const Value& { return row[column_of(answer, name)]; };
  const auto text = [&](std::string_view name) { return Value(std::string(text_cell(cell(name)))); };
  const auto number = [&](std::string_view name) { return Value(int_cell(cell(name))); };
  const auto precise = [&](std::string_view name) { return exact(int_cell(cell(name))); };
  const Array& event_times = list_cell(cell("event_time"));
  const Array& event_names = list_cell(cell("event_name"));
  const Array& event_attributes = list_cell(cell("event_attributes"));
  const Array& link_traces = list_cell(cell("link_trace_id"));
  const Array& link_spans = list_cell(cell("link_span_id"));
  const Array& link_attributes = list_cell(cell("link_attributes"));
  const std::size_t events = std::min({event_times.size(), event_names.size(), event_attributes.size()});
  const std::size_t links = std::min({link_traces.size(), link_spans.size(), link_attributes.size()});
  return Object{{"span_id", id_cell(cell("span_id"))},
                {"span_id_text", text("span_id_text")},
                {"parent_span_id", id_cell(cell("parent_span_id"))},
                {"trace_state", text("trace_state")},
                {"start", precise("start")},
                {"duration", precise("duration")},
                {"received", precise("received")},
                {"service", text("service")},
                {"name", text("name")},
                {"kind", number("kind")},
                {"status", number("status")},
                {"status_message", text("status_message")},
                {"protocol", text("protocol")},
                {"dataset", text("dataset")},
                {"environment", text("environment")},
                {"sample_rate", number("sample_rate")},
                {"attributes", attributes_json(cell("attributes"))},
                {"resource", shared_attributes_json(text_cell(cell("resource")))},
                {"scope", scope_json(text_cell(cell("scope")))},
                {"events", zip(events,
                               [&](std::size_t i) {
                                 return Object{{"time", exact(int_cell(event_times[i]))},
                                               {"name", std::string(text_cell(event_names[i]))},
                                               {"attributes", attributes_json(text_cell(event_attributes[i]))}};
                               })},
                {"links", zip(links, [&](std::size_t i) {
                   return Object{{"trace_id", id_cell(link_traces[i])},
                                 {"span_id", id_cell(link_spans[i])},
                                 {"attributes", attributes_json(text_cell(link_attributes[i]))}};
                 })}};
}

}  // namespace tetrascope::ui
