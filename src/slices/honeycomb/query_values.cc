#include "slices/honeycomb/query_values.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "slices/honeycomb/event.h"

namespace tetrascope::honeycomb {

const Value& cell(const plan::Answer& answer, const std::vector<Value>& row, std::string_view name) {
  static const Value kMissing;
  const auto column = std::ranges::find(answer.columns, name, &plan::OutputColumn::name);
  const auto index = static_cast<std::size_t>(column - answer.columns.begin());
  return index < row.size() ? row[index] : kMissing;
}

Value finite(Value value) {
  const auto* number = value.as<double>();
  if (number != nullptr && !std::isfinite(*number)) return {};
  // Counts are whole: 3, not 3.0, as long as a double holds them exactly.
  if (number != nullptr && *number == std::floor(*number) && std::abs(*number) < 9007199254740992.0) {
    return static_cast<std::int64_t>(*number);
  }
  return value;
}

std::optional<double> number_of(const Value& value) {
  if (const auto* integer = value.as<std::int64_t>()) return static_cast<double>(*integer);
  if (const auto* number = value.as<double>()) return *number;
  return std::nullopt;
}

Value point(std::int64_t time, Object data) {
  return Object{{"time", Value(format_time({time}))}, {"data", Value(std::move(data))}};
}

Object wrapped(Object data) { return {{"data", Value(std::move(data))}}; }

}  // namespace tetrascope::honeycomb
