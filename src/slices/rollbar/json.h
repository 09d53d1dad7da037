#pragma once
// Members of JSON that clients sent and that the control state keeps: what is absent or of another type reads as
// nothing.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "model/value.h"

namespace tetrascope::rollbar {

/// Null when `value` is null, no object, or has no such member. Of several, the last counts.
const Value* member(const Value* value, std::string_view key);
/// Member of a member of …
const Value* member(const Value* value, std::initializer_list<std::string_view> path);

/// "" for what is no text.
std::string_view text_of(const Value* value);
/// Text, or a number or truth value as text; "" for the rest. SDKs send ids both ways.
std::string scalar_text(const Value* value);
std::optional<std::int64_t> integer_of(const Value* value);
/// An integer or a double.
std::optional<double> number_of(const Value* value);
bool flag_of(const Value* value);

/// null where there is none.
Value or_null(std::optional<std::int64_t> number);
Value or_null(std::string_view text);

}  // namespace tetrascope::rollbar
