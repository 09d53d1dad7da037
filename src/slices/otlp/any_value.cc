#include "slices/otlp/any_value.h"

#include <algorithm>
#include <utility>

#include "slices/otlp/budget.h"

namespace tetrascope::otlp {
namespace {

/// Bytes of all leaves' dotted keys below a key of `prefix` bytes, and of their values: rough, never too little.
std::size_t leaf_bytes(const Object& object, std::size_t prefix) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : object) {
    const std::size_t path = prefix + 1 + key.size();
    bytes += kValueCost + path;
    if (const auto* inner = value.as<Object>()) bytes += leaf_bytes(*inner, path);
    if (const auto* text = value.as<std::string>()) bytes += text->size();
  }
  return bytes;
}

}  // namespace

void append_json(const AnyView& value, std::string& out) {
  if (const auto* text = std::get_if<std::string_view>(&value)) return append_json_string(*text, out);
  if (const auto* complex = std::get_if<const Value*>(&value)) return tetrascope::append_json(**complex, out);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return tetrascope::append_json(Value(*integer), out);
  if (const auto* number = std::get_if<double>(&value)) return tetrascope::append_json(Value(*number), out);
  if (const auto* flag = std::get_if<bool>(&value)) return tetrascope::append_json(Value(*flag), out);
  out += "null";
}

void append_json(std::span<const Attribute> attributes, std::string& out) {
  // A map whose only key begins with `$` would be read as one of the store's typed forms (model/value.h).
  const bool looks_wrapped = attributes.size() == 1 && attributes[0].key.starts_with('$');
  out += looks_wrapped ? R"({"$map":{)" : "{";
  bool first = true;
  for (const auto& [key, value] : attributes) {
    if (!std::exchange(first, false)) out += ',';
    append_json_string(key, out);
    out += ':';
    append_json(value, out);
  }
  out += looks_wrapped ? "}}" : "}";
}

FieldType field_type(const AnyView& value) {
  if (std::holds_alternative<std::string_view>(value)) return FieldType::kString;
  if (std::holds_alternative<std::int64_t>(value)) return FieldType::kInt;
  if (std::holds_alternative<double>(value)) return FieldType::kDouble;
  if (std::holds_alternative<bool>(value)) return FieldType::kBool;
  return FieldType::kJson;
}

std::string_view text_or_empty(const AnyView& value) {
  const auto* text = std::get_if<std::string_view>(&value);
  return text == nullptr ? std::string_view() : *text;
}

const AnyView* find(std::span<const Attribute> attributes, std::string_view key) {
  const auto found = std::ranges::find(attributes, key, &Attribute::key);
  return found == attributes.end() ? nullptr : &found->value;
}

std::size_t stored_bytes(const Attribute& attribute) {
  std::size_t bytes = kAttributeCost + attribute.key.size();
  if (const auto* text = std::get_if<std::string_view>(&attribute.value)) bytes += text->size();
  const auto* complex = std::get_if<const Value*>(&attribute.value);
  if (complex == nullptr) return bytes;
  // Its elements were counted when they were read; here it is the keys that multiply.
  if (const auto* object = (*complex)->as<Object>()) bytes += leaf_bytes(*object, attribute.key.size());
  return bytes;
}

}  // namespace tetrascope::otlp
