#pragma once
// Reading the members of JSON that clients sent. A member of another type than the wanted one counts as absent: that is
// X-Ray's own rule for what does not fit its schema (dossier xray 2.9).

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "model/value.h"

namespace tetrascope::xray {

/// Null when `value` is no object, has no such member, or that member is null.
const Value* member(const Value& value, std::string_view name);
const Value* member(const Value& value, std::initializer_list<std::string_view> path);

/// "" when absent or no text. The view lives as long as `value`.
std::string_view text_at(const Value& value, std::initializer_list<std::string_view> path);
/// A number, or text that is one (SDKs send `"200"`).
std::optional<double> number_at(const Value& value, std::initializer_list<std::string_view> path);
bool flag_at(const Value& value, std::initializer_list<std::string_view> path);
const Array* array_at(const Value& value, std::initializer_list<std::string_view> path);
const Object* object_at(const Value& value, std::initializer_list<std::string_view> path);

/// Number of either kind; nullopt for everything else.
std::optional<double> as_number(const Value& value);
/// Adds a text member unless the text is empty.
void put_text(Object& object, std::string_view name, std::string_view text);
/// Replaces the member of that name, or adds it.
void set_member(Object& object, std::string_view name, Value value);

}  // namespace tetrascope::xray
