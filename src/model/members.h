#pragma once
// Reading the members of JSON that clients sent, or that the control state keeps. What is absent, null, or of another
// type than the wanted one reads as nothing, so that a path can be walked without a question at each step.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "model/value.h"

namespace tetrascope {

/// Null when `value` is null or no object, has no such member, or that member is null. Of several, the last counts.
const Value* member(const Object& object, std::string_view name);
const Value* member(const Value* value, std::string_view name);
inline const Value* member(const Value& value, std::string_view name) { return member(&value, name); }
/// Member of a member of …
const Value* member(const Value* value, std::initializer_list<std::string_view> path);
inline const Value* member(const Value& value, std::initializer_list<std::string_view> path) {
  return member(&value, path);
}

/// "" for what is no text. The view lives as long as the value.
std::string_view text_of(const Value* value);
/// Text, or a number or truth value as text; "" for the rest. SDKs send ids both ways.
std::string scalar_text(const Value* value);
std::optional<std::int64_t> integer_of(const Value* value);
/// An integer or a double.
std::optional<double> number_of(const Value* value);
bool flag_of(const Value* value);
const Array* array_of(const Value* value);
const Object* object_of(const Value* value);

inline std::string_view text_at(const Value& value, std::initializer_list<std::string_view> path) {
  return text_of(member(value, path));
}
inline bool flag_at(const Value& value, std::initializer_list<std::string_view> path) {
  return flag_of(member(value, path));
}
inline const Array* array_at(const Value& value, std::initializer_list<std::string_view> path) {
  return array_of(member(value, path));
}
inline const Object* object_at(const Value& value, std::initializer_list<std::string_view> path) {
  return object_of(member(value, path));
}

/// null where there is none.
Value or_null(std::optional<std::int64_t> number);
Value or_null(std::string_view text);

/// Adds a text member unless the text is empty.
void put_text(Object& object, std::string_view name, std::string_view text);
/// Replaces the member of that name, or adds it.
void set_member(Object& object, std::string_view name, Value value);

}  // namespace tetrascope
