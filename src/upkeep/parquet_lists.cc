#include "upkeep/parquet_lists.h"

#include "model/members.h"
#include "upkeep/typed_texts.h"

namespace tetrascope::upkeep {
namespace {

Value text_element(const Value& cell) {
  const auto* text = cell.as<std::string>();
  return text == nullptr ? std::string() : utf8_text(*text);
}

Array tuple_of(std::initializer_list<Value> members) { return members; }

/// The tuples of a list. None of what is no list.
const Array& tuples_of(const Value& cell) {
  static const Array kNone;
  const auto* array = cell.as<Array>();
  return array == nullptr ? kNone : *array;
}

/// A member of a tuple.
const Value& member_at(const Value& one, std::size_t place) {
  static const Value kNone;
  const auto* members = one.as<Array>();
  return members == nullptr || place >= members->size() ? kNone : (*members)[place];
}

/// JSON of attributes, as the store keeps those of events and links; `place` is that of the texts, types follow.
Result<Value> stored_attributes(const Value& one, std::size_t place) {
  ASSIGN_OR_RETURN(Object attributes, from_typed_texts(member_at(one, place), member_at(one, place + 1)));
  return Value(to_json(std::move(attributes)));
}

Bytes id_bytes(const Value& hex, std::size_t size) {
  const auto bytes = from_hex(text_of(&hex));
  return Bytes{bytes && bytes->size() == size ? *bytes : std::string(size, '\0')};
}

}  // namespace

Value events_cell(const OtlpRows& rows, std::size_t row) {
  const auto& [times, names, attributes, dropped, count] = events_of(rows, row);
  Array events;
  for (std::size_t i = 0; i < count; ++i) {
    TypedTexts typed = typed_texts(stored_json(attributes[i]));
    events.emplace_back(
        tuple_of({times[i], text_element(names[i]), std::move(typed.texts), std::move(typed.types), dropped[i]}));
  }
  return events;
}

Value links_cell(const OtlpRows& rows, std::size_t row) {
  const auto& [traces, spans, states, attributes, flags, dropped, count] = links_of(rows, row);
  Array links;
  for (std::size_t i = 0; i < count; ++i) {
    TypedTexts typed = typed_texts(stored_json(attributes[i]));
    links.emplace_back(tuple_of({OtlpRows::hex_of(traces[i]), OtlpRows::hex_of(spans[i]), text_element(states[i]),
                                 std::move(typed.texts), std::move(typed.types), dropped[i], flags[i]}));
  }
  return links;
}

Value exemplars_cell(const OtlpRows& rows, std::size_t row) {
  const Value stored = stored_json(rows.at(row, "exemplars"));
  Array exemplars;
  for (const Value& one : tuples_of(stored)) {
    const Value* value = member(one, "value");
    const Value* attributes = member(one, "attributes");
    TypedTexts typed = attributes == nullptr ? TypedTexts() : typed_texts(*attributes);
    const bool integer = value != nullptr && value->as<std::int64_t>() != nullptr;
    const bool real = value != nullptr && value->as<double>() != nullptr;
    exemplars.emplace_back(
        tuple_of({integer_of(member(one, "time")).value_or(0), integer ? *value : Value(), real ? *value : Value(),
                  std::string(text_of(member(one, "trace_id"))), std::string(text_of(member(one, "span_id"))),
                  std::move(typed.texts), std::move(typed.types)}));
  }
  return exemplars;
}

Result<NamedCells> events_of_cell(const Value& cell) {
  Array times, names, attributes, dropped;
  for (const Value& one : tuples_of(cell)) {
    ASSIGN_OR_RETURN(Value stored, stored_attributes(one, 2));
    times.push_back(member_at(one, 0));
    names.push_back(member_at(one, 1));
    attributes.push_back(std::move(stored));
    dropped.push_back(member_at(one, 4));
  }
  NamedCells cells;
  cells.emplace_back("event_time", std::move(times));
  cells.emplace_back("event_name", std::move(names));
  cells.emplace_back("event_attributes", std::move(attributes));
  cells.emplace_back("event_dropped_attributes", std::move(dropped));
  return cells;
}

Result<NamedCells> links_of_cell(const Value& cell) {
  Array traces, spans, states, attributes, flags, dropped;
  for (const Value& one : tuples_of(cell)) {
    ASSIGN_OR_RETURN(Value stored, stored_attributes(one, 3));
    traces.emplace_back(id_bytes(member_at(one, 0), 16));
    spans.emplace_back(id_bytes(member_at(one, 1), 8));
    states.push_back(member_at(one, 2));
    attributes.push_back(std::move(stored));
    dropped.push_back(member_at(one, 5));
    flags.push_back(member_at(one, 6));
  }
  NamedCells cells;
  cells.emplace_back("link_trace_id", std::move(traces));
  cells.emplace_back("link_span_id", std::move(spans));
  cells.emplace_back("link_trace_state", std::move(states));
  cells.emplace_back("link_attributes", std::move(attributes));
  cells.emplace_back("link_flags", std::move(flags));
  cells.emplace_back("link_dropped_attributes", std::move(dropped));
  return cells;
}

Result<NamedCells> exemplars_of_cell(const Value& cell) {
  Array exemplars;
  for (const Value& one : tuples_of(cell)) {
    ASSIGN_OR_RETURN(Object attributes, from_typed_texts(member_at(one, 5), member_at(one, 6)));
    Object stored{{"time", member_at(one, 0)}};
    if (const Value& value = member_at(one, member_at(one, 1).missing() ? 2 : 1); !value.missing())
      stored.emplace_back("value", value);
    put_text(stored, "trace_id", text_of(&member_at(one, 3)));
    put_text(stored, "span_id", text_of(&member_at(one, 4)));
    if (!attributes.empty()) stored.emplace_back("attributes", std::move(attributes));
    exemplars.emplace_back(std::move(stored));
  }
  NamedCells cells;
  cells.emplace_back("exemplars", exemplars.empty() ? std::string() : to_json(std::move(exemplars)));
  return cells;
}

}  // namespace tetrascope::upkeep
