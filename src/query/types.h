#pragma once
// What holds of plan::Type alone.

#include <optional>
#include <string_view>

#include "query/plan.h"

namespace tetrascope::plan {

/// For messages: "number" types by their own names, e.g. "an integer", "text", "a list of ids".
std::string_view type_words(Type type);
/// kBool … kAny by the enumerator's name without its k, in snake case: `string_array`. Of the case files.
std::string_view type_name(Type type);

inline bool is_number(Type type) { return type == Type::kInt || type == Type::kDouble; }
inline bool is_array(Type type) {
  return type == Type::kIntArray || type == Type::kDoubleArray || type == Type::kStringArray || type == Type::kIdArray;
}
/// Has an order: every scalar but ids and kAny.
inline bool is_ordered(Type type) { return !is_array(type) && type != Type::kId && type != Type::kAny; }
/// Can become a kAny, and come back from it.
inline bool is_plain(Type type) {
  return is_number(type) || type == Type::kBool || type == Type::kString || type == Type::kAny;
}
/// Of an array type.
Type element_type(Type array);

/// The type that values of both have: the same, double for int and double, kAny for other plain types; nullopt when
/// none.
std::optional<Type> meet(Type a, Type b);

/// Of a literal: see plan::literal(). An empty array is one of text.
Type type_of(const Value& value);

}  // namespace tetrascope::plan
