#include "upkeep/otlp_row.h"

#include <algorithm>
#include <set>

namespace tetrascope::upkeep {
namespace {

/// Keys under which the members of a map stand a second time: `a.b.c` (docs/adr/0004-tables.md).
void add_leaves(const std::string& key, const Value& value, std::set<std::string>& leaves) {
  const auto* members = value.as<Object>();
  if (members == nullptr) return;
  for (const auto& [name, inner] : *members) {
    const std::string path = key + "." + name;
    leaves.insert(path);
    add_leaves(path, inner, leaves);
  }
}

bool is_otlp(const OtlpRows& rows, std::size_t row) { return rows.text(row, "protocol").starts_with("otlp"); }

}  // namespace

Value sent_attributes(const OtlpRows& rows, std::size_t row) {
  Value attributes = rows.at(row, "attributes");
  if (auto* members = std::get_if<Object>(&attributes.data)) {
    std::set<std::string> leaves;
    for (const auto& [key, value] : *members) add_leaves(key, value, leaves);
    if (!leaves.empty()) std::erase_if(*members, [&](const auto& one) { return leaves.contains(one.first); });
  }
  return attributes;
}

std::int64_t sent_time(const OtlpRows& rows, std::size_t row) {
  return rows.integer(row, is_otlp(rows, row) ? "sent_time" : "time");
}

std::int64_t observed_time(const OtlpRows& rows, std::size_t row) {
  return is_otlp(rows, row) ? rows.integer(row, "observed_time") : 0;
}

EventLists events_of(const OtlpRows& rows, std::size_t row) {
  const Array& times = rows.list(row, "event_time");
  const Array& names = rows.list(row, "event_name");
  const Array& attributes = rows.list(row, "event_attributes");
  const Array& dropped = rows.list(row, "event_dropped_attributes");
  return {times, names, attributes, dropped, std::min({times.size(), names.size(), attributes.size(), dropped.size()})};
}

LinkLists links_of(const OtlpRows& rows, std::size_t row) {
  const Array& traces = rows.list(row, "link_trace_id");
  const Array& spans = rows.list(row, "link_span_id");
  const Array& states = rows.list(row, "link_trace_state");
  const Array& attributes = rows.list(row, "link_attributes");
  const Array& flags = rows.list(row, "link_flags");
  const Array& dropped = rows.list(row, "link_dropped_attributes");
  return {traces,
          spans,
          states,
          attributes,
          flags,
          dropped,
          std::min({traces.size(), spans.size(), states.size(), attributes.size(), flags.size(), dropped.size()})};
}

Value stored_json(const Value& cell) {
  const auto* text = cell.as<std::string>();
  if (text == nullptr || text->empty()) return {};
  auto value = value_from_json(*text);
  return value ? *std::move(value) : Value();
}

}  // namespace tetrascope::upkeep
