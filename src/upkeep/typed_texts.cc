#include "upkeep/typed_texts.h"

#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "base/base64.h"

namespace tetrascope::upkeep {
namespace {

constexpr std::string_view kString = "string", kInt = "int", kDouble = "double", kBool = "bool", kBytes = "bytes",
                           kArray = "array", kMap = "map", kEmpty = "empty";

struct TypedText {
  std::string text;
  std::string_view type;
};

TypedText typed_text(const Value& value) {
  if (const auto* text = value.as<std::string>()) return {utf8_text(*text), kString};
  if (const auto* integer = value.as<std::int64_t>()) return {std::to_string(*integer), kInt};
  if (const auto* number = value.as<double>()) return {fmt::format("{}", *number), kDouble};
  if (const auto* flag = value.as<bool>()) return {*flag ? "true" : "false", kBool};
  if (const auto* bytes = value.as<Bytes>()) return {to_base64(bytes->data), kBytes};
  if (value.as<Array>() != nullptr) return {to_json(value), kArray};
  if (value.as<Object>() != nullptr) return {to_json(value), kMap};
  return {"", kEmpty};
}

template <class Number>
std::optional<Value> number_from(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return Value(number);
}

template <class Wanted>
std::optional<Value> json_from(std::string_view text) {
  auto value = value_from_json(text);
  if (!value || value->template as<Wanted>() == nullptr) return std::nullopt;
  return *std::move(value);
}

std::optional<Value> value_from(std::string_view text, std::string_view type) {
  if (type == kString) return Value(std::string(text));
  if (type == kInt) return number_from<std::int64_t>(text);
  if (type == kDouble) return number_from<double>(text);
  if (type == kBool && (text == "true" || text == "false")) return Value(text == "true");
  if (type == kBytes) {
    auto bytes = from_base64(text);
    return bytes ? std::optional(Value(Bytes{*std::move(bytes)})) : std::nullopt;
  }
  if (type == kArray) return json_from<Array>(text);
  if (type == kMap) return json_from<Object>(text);
  if (type == kEmpty) return Value();
  return std::nullopt;
}

/// Keys that stand there more than once.
bool is_repeated(const Object& members, std::string_view key) {
  return std::ranges::count(members, key, &Object::value_type::first) > 1;
}

std::string_view text_in(const Value& value) {
  const auto* text = value.as<std::string>();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

}  // namespace

std::string utf8_text(std::string_view text) {
  if (simdjson::validate_utf8(text.data(), text.size())) return std::string(text);
  std::string json;
  append_json_string(text, json);  // which mends it
  const auto mended = value_from_json(json);
  return mended ? std::string(text_in(*mended)) : std::string();
}

TypedTexts typed_texts(const Value& attributes) {
  TypedTexts out;
  const auto* members = attributes.as<Object>();
  if (members == nullptr) return out;
  auto& texts = std::get<Object>(out.texts.data);
  auto& types = std::get<Object>(out.types.data);
  texts.reserve(members->size());
  for (const auto& [key, value] : *members) {
    TypedText one = typed_text(value);
    std::string name = utf8_text(key);
    if (one.type != kString || is_repeated(*members, key)) types.emplace_back(name, std::string(one.type));
    texts.emplace_back(std::move(name), std::move(one.text));
  }
  return out;
}

Result<Object> from_typed_texts(const Value& texts, const Value& types) {
  Object out;
  const auto* members = texts.as<Object>();
  if (members == nullptr) return out;
  std::multimap<std::string_view, std::string_view> left;  // elements of one key keep their order
  if (const auto* of_keys = types.as<Object>())
    for (const auto& [key, type] : *of_keys) left.emplace(key, text_in(type));
  for (const auto& [key, value] : *members) {
    std::string_view type = kString;
    if (const auto found = left.lower_bound(key); found != left.end() && found->first == key) {
      type = found->second;
      left.erase(found);
    }
    auto typed = value_from(text_in(value), type);
    if (!typed) return fail(ErrorCode::kInvalid, fmt::format("{}: '{}' is no {}", key, text_in(value), type));
    out.emplace_back(key, *std::move(typed));
  }
  return out;
}

}  // namespace tetrascope::upkeep
