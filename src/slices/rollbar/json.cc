#include "slices/rollbar/json.h"

#include <fmt/core.h>

namespace tetrascope::rollbar {

const Value* member(const Value* value, std::string_view key) {
  const Object* object = value == nullptr ? nullptr : value->as<Object>();
  if (object == nullptr) return nullptr;
  for (auto at = object->rbegin(); at != object->rend(); ++at) {
    if (at->first == key) return &at->second;
  }
  return nullptr;
}

const Value* member(const Value* value, std::initializer_list<std::string_view> path) {
  for (const std::string_view key : path) value = member(value, key);
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

Value or_null(std::optional<std::int64_t> number) { return number ? Value(*number) : Value(); }
Value or_null(std::string_view text) { return text.empty() ? Value() : Value(std::string(text)); }

}  // namespace tetrascope::rollbar
