#include "slices/ui/attributes_json.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include "base/base64.h"

namespace tetrascope::ui {
namespace {

std::string_view type_of(const Value& value) {
  if (value.as<bool>() != nullptr) return "bool";
  if (value.as<std::int64_t>() != nullptr) return "int";
  if (value.as<double>() != nullptr) return "double";
  if (value.as<std::string>() != nullptr) return "string";
  if (value.as<Bytes>() != nullptr) return "bytes";
  if (value.as<Array>() != nullptr) return "array";
  if (value.as<Object>() != nullptr) return "map";
  return "empty";
}

std::string text_of(const Value& value) {
  if (value.missing()) return {};
  if (const auto* text = value.as<std::string>()) return *text;
  if (const auto* bytes = value.as<Bytes>()) return to_base64(bytes->data);
  std::string json = to_plain_json(value);
  // NaN and the infinities are text in JSON; here their type stands beside them.
  if (value.as<double>() != nullptr && json.starts_with('"')) return json.substr(1, json.size() - 2);
  return json;
}

/// The keys under which the store keeps the leaves of `map`.
void collect_leaves(const std::string& key, const Object& map, std::set<std::string>& leaves) {
  for (const auto& [name, value] : map) {
    const std::string dotted = key + "." + name;
    leaves.insert(dotted);
    if (const auto* inner = value.as<Object>()) collect_leaves(dotted, *inner, leaves);
  }
}

}  // namespace

Value attributes_json(const Value& attributes) {
  Array list;
  const auto* members = attributes.as<Object>();
  if (members == nullptr) return list;
  std::set<std::string> leaves;
  for (const auto& [key, value] : *members) {
    if (const auto* map = value.as<Object>()) collect_leaves(key, *map, leaves);
  }
  for (const auto& [key, value] : *members) {
    if (leaves.contains(key)) continue;
    Object& one = std::get<Object>(list.emplace_back(Object{{"key", key}}).data);
    std::ranges::move(value_json(value), std::back_inserter(one));
  }
  return list;
}

Object value_json(const Value& value) { return {{"type", std::string(type_of(value))}, {"text", text_of(value)}}; }

Value attributes_json(std::string_view json) {
  const auto value = value_from_json(json);
  return attributes_json(value ? *value : Value());
}

}  // namespace tetrascope::ui
