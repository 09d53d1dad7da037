#include "query/packed_attributes.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>
#include <vector>

#include "model/attribute_form.h"

namespace tetrascope::plan {
namespace {

std::uint64_t raw_number(std::string_view bytes) {
  std::uint64_t raw = 0;
  std::memcpy(&raw, bytes.data(), std::min(bytes.size(), sizeof raw));
  return raw;
}

/// An element of the map. Text that is no JSON (an attribute that a client sent broken) stays text.
Value of_element(FieldType type, Value element) {
  auto* bytes = std::get_if<std::string>(&element.data);
  if (bytes == nullptr) return {};
  switch (type) {
    case FieldType::kString:
      return element;
    case FieldType::kInt:
      return std::bit_cast<std::int64_t>(raw_number(*bytes));
    case FieldType::kDouble:
      return std::bit_cast<double>(raw_number(*bytes));
    case FieldType::kBool:
      return *bytes == bool_bytes(true);
    case FieldType::kJson:
      break;
  }
  auto value = value_from_json(*bytes);
  return value ? *std::move(value) : std::move(element);
}

/// What stands in an attribute's column; missing where the row has no such attribute.
Value of_column(const AttributeColumn& column, Value cell) {
  switch (column.type) {
    case FieldType::kInt:
      return cell == Value(kMissingInt) ? Value() : std::move(cell);
    case FieldType::kDouble: {
      const auto* number = cell.as<double>();
      const bool missing = number != nullptr && std::bit_cast<std::uint64_t>(*number) == kMissingDoubleBits;
      return missing ? Value() : std::move(cell);
    }
    case FieldType::kBool: {
      const auto* number = cell.as<std::int64_t>();
      return number == nullptr || *number == kMissingBool ? Value() : Value(*number != 0);
    }
    case FieldType::kString:
    case FieldType::kJson:
      break;
  }
  return cell;
}

}  // namespace

std::string packed_attributes_sql(const AttributeLayout& layout) {
  std::string sql = "tuple(";
  for (std::size_t i = 0; i < layout.columns().size(); ++i) sql += fmt::format("`{}`, ", layout.name(i));
  return sql.append(kAttributesMap).append(")");
}

Value unpacked_attributes(Value packed, const AttributeLayout& layout) {
  auto* cells = std::get_if<Array>(&packed.data);
  const auto columns = layout.columns();
  if (cells == nullptr || cells->size() != columns.size() + 1) return packed;
  Object all;
  std::vector<bool> set(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    Value value = of_column(columns[i], std::move((*cells)[i]));
    if (value.missing()) continue;
    set[i] = true;
    all.emplace_back(columns[i].key, std::move(value));
  }
  auto* map = std::get_if<Object>(&cells->back().data);
  if (map == nullptr) return all;
  for (auto& [key, element] : *map) {
    if (key.empty()) continue;
    const FieldType type = type_of_letter(key.front());
    // Rows that came before their attribute's column show the value in both.
    const auto column = layout.find(type, std::string_view(key).substr(1));
    if (column && set[*column]) continue;
    all.emplace_back(key.substr(1), of_element(type, std::move(element)));
  }
  return all;
}

}  // namespace tetrascope::plan
