#include "model/members.h"

#include <fmt/core.h>

#include <algorithm>

namespace tetrascope {

const Value* member(const Object& object, std::string_view name) {
  for (auto at = object.rbegin(); at != object.rend(); ++at) {
    if (at->first == name) return at->second.missing() ? nullptr : &at->second;
  }
  return nullptr;
}

const Value* member(const Value* value, std::string_view name) {
  const Object* object = object_of(value);
  return object == nullptr ? nullptr : member(*object, name);
}

const Value* member(const Value* value, std::initializer_list<std::string_view> path) {
  for (const std::string_view name : path) value = member(value, name);
  return value;
}

std::string_view text_of(const Value* value) {
  const auto* text = value == nullptr ? nullptr : value->as<std::string>();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

std::string scalar_text(const Value* value) {
  if (value == nullptr) return "";
  if (const auto* text = value->as<std::string>()) return *text;
  if (const auto* number = value->as<std::int64_t>()) return std::to_string(*number);
  if (const auto* number = value->as<double>()) return fmt::format("{}", *number);
  if (const auto* flag = value->as<bool>()) return *flag ? "true" : "false";
  return "";
}

std::optional<std::int64_t> integer_of(const Value* value) {
  const auto* number = value == nullptr ? nullptr : value->as<std::int64_t>();
  return number == nullptr ? std::nullopt : std::optional(*number);
}

std::optional<double> number_of(const Value* value) {
  if (const auto whole = integer_of(value)) return static_cast<double>(*whole);
  const auto* number = value == nullptr ? nullptr : value->as<double>();
  return number == nullptr ? std::nullopt : std::optional(*number);
}

bool flag_of(const Value* value) {
  const auto* flag = value == nullptr ? nullptr : value->as<bool>();
  return flag != nullptr && *flag;
}

const Array* array_of(const Value* value) { return value == nullptr ? nullptr : value->as<Array>(); }
const Object* object_of(const Value* value) { return value == nullptr ? nullptr : value->as<Object>(); }

Value or_null(std::optional<std::int64_t> number) { return number ? Value(*number) : Value(); }
Value or_null(std::string_view text) { return text.empty() ? Value() : Value(std::string(text)); }

void put_text(Object& object, std::string_view name, std::string_view text) {
  if (!text.empty()) object.emplace_back(std::string(name), Value(std::string(text)));
}

void set_member(Object& object, std::string_view name, Value value) {
  const auto found = std::ranges::find(object, name, &Object::value_type::first);
  if (found == object.end()) {
    object.emplace_back(std::string(name), std::move(value));
  } else {
    found->second = std::move(value);
  }
}

}  // namespace tetrascope
