#include "slices/xray/json_access.h"

#include <algorithm>
#include <charconv>

namespace tetrascope::xray {

const Value* member(const Value& value, std::string_view name) {
  const auto* object = value.as<Object>();
  if (object == nullptr) return nullptr;
  const auto found = std::ranges::find(*object, name, &Object::value_type::first);
  return found == object->end() || found->second.missing() ? nullptr : &found->second;
}

const Value* member(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* at = &value;
  for (const std::string_view name : path) {
    at = member(*at, name);
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::string_view text_at(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* found = member(value, path);
  const auto* text = found == nullptr ? nullptr : found->as<std::string>();
  return text == nullptr ? std::string_view{} : std::string_view(*text);
}

std::optional<double> as_number(const Value& value) {
  if (const auto* number = value.as<double>()) return *number;
  if (const auto* integer = value.as<std::int64_t>()) return static_cast<double>(*integer);
  return std::nullopt;
}

std::optional<double> number_at(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* found = member(value, path);
  if (found == nullptr) return std::nullopt;
  const auto* text = found->as<std::string>();
  if (text == nullptr) return as_number(*found);
  double number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc{} || text->empty() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

bool flag_at(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* found = member(value, path);
  const auto* flag = found == nullptr ? nullptr : found->as<bool>();
  return flag != nullptr && *flag;
}

const Array* array_at(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* found = member(value, path);
  return found == nullptr ? nullptr : found->as<Array>();
}

const Object* object_at(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* found = member(value, path);
  return found == nullptr ? nullptr : found->as<Object>();
}

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

}  // namespace tetrascope::xray
