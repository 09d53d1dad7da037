#include "model/attribute_layout.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "model/attribute_form.h"

namespace tetrascope {
namespace {

constexpr std::size_t kMaxColumnKey = 128;

struct TypeWords {
  FieldType type;
  std::string_view word;    ///< what a column's name begins with
  std::string_view engine;  ///< the engine's type
};
constexpr std::array<TypeWords, 4> kTypes = {{{FieldType::kString, "string", "String"},
                                              {FieldType::kInt, "int", "Int64"},
                                              {FieldType::kDouble, "double", "Float64"},
                                              {FieldType::kBool, "bool", "UInt8"}}};

const TypeWords& words_of(FieldType type) { return *std::ranges::find(kTypes, type, &TypeWords::type); }

std::string column_name(FieldType type, std::string_view key) {
  std::string name(words_of(type).word);
  name.append(" ").append(key);
  std::ranges::replace(name, '.', ':');
  return name;
}

constexpr std::string_view kRepeating = "LowCardinality(";

}  // namespace

std::string AttributeColumn::name() const { return column_name(type, key); }

std::string AttributeColumn::engine_type() const {
  const std::string_view plain = words_of(type).engine;
  if (repeats) return fmt::format("LowCardinality(Nullable({}))", plain);
  return type == FieldType::kString ? "Nullable(String)" : std::string(plain);
}

std::string AttributeColumn::value_sql() const {
  const std::string column = fmt::format("`{}`", name());
  if (repeats) return column;
  switch (type) {
    case FieldType::kInt:
      return fmt::format("nullIf({}, {})", column, kMissingInt);
    case FieldType::kDouble:
      return fmt::format("if(reinterpretAsUInt64({0}) = {1}, NULL, {0})", column, kMissingDoubleBits);
    case FieldType::kBool:
      return fmt::format("CAST(nullIf({}, {}), 'Nullable(Bool)')", column, kMissingBool);
    case FieldType::kString:
    case FieldType::kJson:
      break;
  }
  return column;
}

std::string AttributeColumn::default_sql() const {
  const std::string value = element_sql(type, fmt::format("{}['{}']", kAttributesMap, map_key(type, key)));
  if (repeats) return value;
  switch (type) {
    case FieldType::kInt:
      return fmt::format("ifNull({}, {})", value, kMissingInt);
    case FieldType::kDouble:
      return fmt::format("ifNull({}, reinterpretAsFloat64(toUInt64({})))", value, kMissingDoubleBits);
    case FieldType::kBool:
      return fmt::format("ifNull({}, {})", value, kMissingBool);
    case FieldType::kString:
    case FieldType::kJson:
      break;
  }
  return value;
}

std::optional<AttributeColumn> attribute_column(std::string_view name, std::string_view engine_type) {
  const std::size_t space = name.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto words = std::ranges::find(kTypes, name.substr(0, space), &TypeWords::word);
  if (words == kTypes.end()) return std::nullopt;
  AttributeColumn column{std::string(name.substr(space + 1)), words->type, engine_type.starts_with(kRepeating)};
  std::ranges::replace(column.key, ':', '.');
  if (!can_have_column(column.key) || column.engine_type() != engine_type) return std::nullopt;
  return column;
}

bool can_have_column(std::string_view key) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.' || c == '/';
  };
  return !key.empty() && key.size() <= kMaxColumnKey && std::ranges::all_of(key, plain);
}

AttributeLayout::AttributeLayout(std::vector<AttributeColumn> columns) : columns_(std::move(columns)) {
  for (const AttributeColumn& column : columns_) {
    names_.push_back(column.name());
    places_.emplace(names_.back(), static_cast<std::uint32_t>(places_.size()));
  }
}

std::optional<std::uint32_t> AttributeLayout::find(FieldType type, std::string_view key) const {
  if (columns_.empty() || type == FieldType::kJson || !can_have_column(key)) return std::nullopt;
  const auto found = places_.find(column_name(type, key));
  if (found == places_.end()) return std::nullopt;
  return found->second;
}

}  // namespace tetrascope
