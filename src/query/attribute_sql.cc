#include "query/attribute_sql.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "model/attribute_form.h"
#include "model/schema.h"
#include "query/types.h"

namespace tetrascope::plan {
namespace {

constexpr std::string_view kTimes[] = {"received",      "start",      "time",      "sent_time",
                                       "observed_time", "start_time", "event_time"};

std::optional<ColumnLayout> scalar_layout(std::string_view type) {
  if (type == "String" || type == "LowCardinality(String)") return ColumnLayout{Type::kString};
  if (type == "Bool") return ColumnLayout{Type::kBool};
  if (type == "Float64") return ColumnLayout{Type::kDouble};
  if (type.starts_with("FixedString(")) return ColumnLayout{Type::kId};
  if (type.starts_with("Int") || type.starts_with("UInt")) return ColumnLayout{Type::kInt, type != "Int64"};
  return std::nullopt;
}

std::optional<ColumnLayout> array_layout(std::string_view element) {
  std::optional<ColumnLayout> layout = scalar_layout(element);
  if (!layout) return std::nullopt;
  switch (layout->type) {
    case Type::kInt:
      layout->type = Type::kIntArray;
      break;
    case Type::kDouble:
      layout->type = Type::kDoubleArray;
      break;
    case Type::kString:
      layout->type = Type::kStringArray;
      break;
    case Type::kId:
      layout->type = Type::kIdArray;
      break;
    default:
      return std::nullopt;
  }
  return layout;
}

/// A member of a JSON object that differs from row to row.
std::string json_member_sql(Type type, const std::string& json, const std::string& path) {
  const auto where_type = [&](std::string_view types, std::string_view extract) {
    return fmt::format("if(JSONType({0}{1}) {2}, {3}({0}{1}), NULL)", json, path, types, extract);
  };
  switch (type) {
    case Type::kString:
      return where_type("= 'String'", "JSONExtractString");
    case Type::kInt:
      return where_type("= 'Int64'", "JSONExtractInt");
    case Type::kBool:
      return where_type("= 'Bool'", "JSONExtractBool");
    case Type::kDouble:
      return fmt::format("coalesce({}, toFloat64OrNull(JSONExtractString({}{}, '$double')))",
                         where_type("IN ('Double', 'UInt64')", "JSONExtractFloat"), json, path);
    default:
      return json_any_sql(json, path);
  }
}

/// An attribute of a resource or scope. JSON_QUERY and JSON_VALUE run once for each distinct text of a LowCardinality
/// column, the JSONExtract family once a row: a tenth of the time. JSON_QUERY's answer is `["text"]`, `[1]` or empty;
/// it does not tell 1.0 from 1, so numbers, which are rare there, are looked up again.
std::string shared_attribute_sql(const Attribute& attribute, std::string_view column, StatementBuilder& out) {
  const auto by_row = [&] {
    const std::string path = fmt::format(", 'attributes', {}", out.reference("String", attribute.key));
    return json_member_sql(attribute.type, std::string(column), path);
  };
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  if (std::ranges::any_of(attribute.key, is_control)) return by_row();  // JSON paths cannot say all of them
  std::string json_path = "$.\"attributes\".";
  append_json_string(attribute.key, json_path);
  const std::string query_path = out.reference("String", json_path);
  const std::string found = fmt::format("JSON_QUERY({}, {})", column, query_path);
  switch (attribute.type) {
    case Type::kString:
      return fmt::format("if(startsWith({}, '[\"'), JSON_VALUE({}, {}), NULL)", found, column, query_path);
    case Type::kBool:
      return fmt::format("multiIf({0} = '[true]', true, {0} = '[false]', false, NULL)", found);
    case Type::kInt:
      return fmt::format("if(match({}, '^.-?[0-9]'), {}, NULL)", found, by_row());
    case Type::kDouble:
      return fmt::format("if(match({}, '^.(-?[0-9]|.\"[$]double)'), {}, NULL)", found, by_row());
    default:
      return fmt::format(
          "multiIf({0} IN ('', '[null]'), NULL, match({0}, '^.-?[0-9]'), {1}, substring({0}, 2, length({0}) - 2))",
          found, by_row());
  }
}

struct StoredType {
  FieldType field;
  Type type;
};
constexpr StoredType kStoredTypes[] = {
    {FieldType::kString, Type::kString}, {FieldType::kInt, Type::kInt},  {FieldType::kDouble, Type::kDouble},
    {FieldType::kBool, Type::kBool},     {FieldType::kJson, Type::kAny},
};

/// Elements of the map are Nullable, as what columns of attributes give is, so that a key that the row lacks reads as
/// NULL, and only that key is read.
std::string own_attribute_sql(const Attribute& attribute, const AttributeLayout& layout, StatementBuilder& out) {
  const auto value = [&](const StoredType& stored) {
    if (const auto column = layout.find(stored.field, attribute.key))
      return TypedSql{layout.columns()[*column].value_sql(), stored.type};
    const std::string key = out.reference("String", map_key(stored.field, attribute.key));
    std::string text = element_sql(stored.field, fmt::format("{}[{}]", kAttributesMap, key));
    if (stored.field == FieldType::kJson) text = fmt::format("nullIf({}, 'null')", text);  // sent, but empty
    return TypedSql{std::move(text), stored.type};
  };
  if (attribute.type != Type::kAny)
    return value(*std::ranges::find(kStoredTypes, attribute.type, &StoredType::type)).text;
  std::vector<std::string> found;
  for (const StoredType& stored : kStoredTypes) {
    if (attribute.types.has(stored.field)) found.push_back(convert_sql(value(stored), Type::kAny));
  }
  if (found.empty()) return missing_sql(Type::kAny);
  return found.size() == 1 ? found.front() : fmt::format("coalesce({})", fmt::join(found, ", "));
}

/// SQL of arrays of `"key":value`, of the attributes that have columns.
std::vector<std::string> column_members(const AttributeLayout& layout) {
  std::vector<std::string> members;
  for (const AttributeColumn& column : layout.columns()) {
    const Type type = std::ranges::find(kStoredTypes, column.type, &StoredType::field)->type;
    const std::string value = column.value_sql();
    const std::string json = convert_sql({fmt::format("assumeNotNull({})", value), type}, Type::kAny);
    members.push_back(
        fmt::format("if(isNull({}), [], [concat('\"{}\":', assumeNotNull({}))])", value, column.key, json));
  }
  return members;
}

/// The map without the keys that have columns. Rows that came before their column have the value in both.
std::string without_columns(const AttributeLayout& layout) {
  std::vector<std::string> keys;
  for (const AttributeColumn& column : layout.columns())
    keys.push_back(fmt::format("'{}'", map_key(column.type, column.key)));
  if (keys.empty()) return std::string(kAttributesMap);
  return fmt::format("mapFilter((k, v) -> k NOT IN ({}), {})", fmt::join(keys, ", "), kAttributesMap);
}

/// SQL of an array of `"key":value`, of the attributes in the map: `k` is a key with its letter, `v` the element.
std::string map_members(const AttributeLayout& layout) {
  std::string value = "multiIf(";
  for (const StoredType& stored : kStoredTypes) {
    const std::string typed = fmt::format("assumeNotNull({})", element_sql(stored.field, "v"));
    const std::string json = convert_sql({typed, stored.type}, Type::kAny);
    const bool last = stored.field == FieldType::kJson;
    value += last ? json : fmt::format("startsWith(k, '{}'), {}, ", map_letter(stored.field), json);
  }
  value += ")";
  return fmt::format(
      "arrayMap((k, v) -> concat(toJSONString(substring(k, 2)), ':', assumeNotNull({1})), mapKeys({0}), "
      "mapValues({0}))",
      without_columns(layout), value);
}

/// Text of one JSON value: a string's own, true and false as 1 and 0, the rest as it is written.
std::string text_of_json_sql(std::string_view raw) {
  return fmt::format(
      "multiIf(startsWith({0}, '\"'), JSONExtractString({0}), {0} = 'true', '1', {0} = 'false', '0', {0})", raw);
}

}  // namespace

std::string_view table_name(Table table) {
  switch (table) {
    case Table::kSpans:
      return "spans";
    case Table::kLogs:
      return "logs";
    case Table::kOccurrences:
      return "occurrences";
    case Table::kMetrics:
      return "metrics";
    case Table::kDocuments:
      return "documents";
  }
  return "";
}

std::string_view time_column(Table table) { return table == Table::kSpans ? "start" : "time"; }

std::optional<ColumnLayout> find_column(Table table, std::string_view name) {
  const TableSchema* schema = find_table(table_name(table));
  if (schema == nullptr) return std::nullopt;
  const auto column = std::ranges::find(schema->columns, name, &TableSchema::Column::name);
  if (column == schema->columns.end()) return std::nullopt;
  std::string_view type = column->type;
  if (!type.starts_with("Array(")) {
    std::optional<ColumnLayout> layout = scalar_layout(type);
    if (layout && std::ranges::find(kTimes, name) != std::end(kTimes)) layout->type = Type::kTime;
    return layout;
  }
  type.remove_prefix(std::string_view("Array(").size());
  type.remove_suffix(1);
  return array_layout(type);
}

std::string_view attributes_beside(std::string_view array) {
  if (array.starts_with("event_")) return "event_attributes";
  if (array.starts_with("link_")) return "link_attributes";
  return "";
}

std::string attribute_sql(const Attribute& attribute, std::string_view opened, const AttributeLayout& layout,
                          StatementBuilder& out) {
  switch (attribute.level) {
    case Level::kResource:
      return shared_attribute_sql(attribute, "resource", out);
    case Level::kScope:
      return shared_attribute_sql(attribute, "scope", out);
    case Level::kItem:
      break;
  }
  if (!attribute.of_event.empty()) {
    // Without such an event the place is 0, of which the engine says "", which is no JSON and has no members.
    const std::string event = fmt::format("indexOf(event_name, {})", out.reference("String", attribute.of_event));
    return json_member_sql(attribute.type, fmt::format("event_attributes[{}]", event),
                           ", " + out.reference("String", attribute.key));
  }
  if (opened.empty()) return own_attribute_sql(attribute, layout, out);
  return json_member_sql(attribute.type, std::string(opened), ", " + out.reference("String", attribute.key));
}

std::string all_attributes_sql(Level level, std::string_view opened, const AttributeLayout& layout) {
  if (level != Level::kItem) {
    const std::string found =
        fmt::format("JSON_QUERY({}, '$.\"attributes\"')", level == Level::kScope ? "scope" : "resource");
    return fmt::format("nullIf(substring({0}, 2, length({0}) - 2), '')", found);
  }
  if (!opened.empty()) return std::string(opened);
  std::vector<std::string> members = column_members(layout);
  members.push_back(map_members(layout));
  return fmt::format("concat('{{', arrayStringConcat(arrayConcat({}), ','), '}}')", fmt::join(members, ", "));
}

std::string json_any_sql(const std::string& json, const std::string& path) {
  const std::string number = double_to_json(fmt::format("JSONExtractFloat({}{})", json, path));
  return fmt::format(
      "multiIf(JSONType({0}{1}) IN ('Double', 'UInt64'), {2}, JSONExtractRaw({0}{1}) IN ('', 'null'), NULL, "
      "JSONExtractRaw({0}{1}))",
      json, path, number);
}

std::string json_text_sql(std::string_view json, std::string_view path) {
  // One search of the document; what was found is short. A null and a member that is not there are both no text.
  const std::string found = fmt::format("JSONExtractRaw({}{})", json, path);
  return fmt::format("if({0} IN ('', 'null'), NULL, {1})", found, text_of_json_sql(found));
}

std::string json_elements_sql(std::string_view json) {
  // Lists of the engine hold no NULL here: a null among the elements is empty text.
  return fmt::format(
      "if(JSONType(ifNull({0}, '')) = 'Array', arrayMap(x -> if(x = 'null', '', {1}), "
      "JSONExtractArrayRaw(ifNull({0}, ''))), [ifNull({2}, '')])",
      json, text_of_json_sql("x"), text_of_json_sql(json));
}

}  // namespace tetrascope::plan
