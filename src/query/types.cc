#include "query/types.h"

#include <algorithm>

namespace tetrascope::plan {
namespace {

Type type_of_elements(const Array& array) {
  if (array.empty()) return Type::kStringArray;
  const auto all = [&](auto predicate) { return std::ranges::all_of(array, predicate); };
  if (all([](const Value& v) { return v.as<std::string>() != nullptr; })) return Type::kStringArray;
  if (all([](const Value& v) { return v.as<std::int64_t>() != nullptr; })) return Type::kIntArray;
  if (all([](const Value& v) { return v.as<std::int64_t>() != nullptr || v.as<double>() != nullptr; })) {
    return Type::kDoubleArray;
  }
  if (all([](const Value& v) { return v.as<Bytes>() != nullptr; })) return Type::kIdArray;
  return Type::kAny;
}

}  // namespace

std::string_view type_words(Type type) {
  switch (type) {
    case Type::kBool:
      return "true or false";
    case Type::kInt:
      return "an integer";
    case Type::kDouble:
      return "a number";
    case Type::kString:
      return "text";
    case Type::kTime:
      return "a time";
    case Type::kId:
      return "an id";
    case Type::kIntArray:
      return "a list of integers";
    case Type::kDoubleArray:
      return "a list of numbers";
    case Type::kStringArray:
      return "a list of texts";
    case Type::kIdArray:
      return "a list of ids";
    case Type::kAny:
      return "a value of any type";
  }
  return "?";
}

std::string_view type_name(Type type) {
  switch (type) {
    case Type::kBool:
      return "bool";
    case Type::kInt:
      return "int";
    case Type::kDouble:
      return "double";
    case Type::kString:
      return "string";
    case Type::kTime:
      return "time";
    case Type::kId:
      return "id";
    case Type::kIntArray:
      return "int_array";
    case Type::kDoubleArray:
      return "double_array";
    case Type::kStringArray:
      return "string_array";
    case Type::kIdArray:
      return "id_array";
    case Type::kAny:
      return "any";
  }
  return "?";
}

Type element_type(Type array) {
  switch (array) {
    case Type::kIntArray:
      return Type::kInt;
    case Type::kDoubleArray:
      return Type::kDouble;
    case Type::kStringArray:
      return Type::kString;
    case Type::kIdArray:
      return Type::kId;
    default:
      return array;
  }
}

std::optional<Type> meet(Type a, Type b) {
  if (a == b) return a;
  if (is_number(a) && is_number(b)) return Type::kDouble;
  if (is_plain(a) && is_plain(b)) return Type::kAny;
  return std::nullopt;
}

Type type_of(const Value& value) {
  if (value.as<bool>() != nullptr) return Type::kBool;
  if (value.as<std::int64_t>() != nullptr) return Type::kInt;
  if (value.as<double>() != nullptr) return Type::kDouble;
  if (value.as<std::string>() != nullptr) return Type::kString;
  if (value.as<Bytes>() != nullptr) return Type::kId;
  if (const Array* array = value.as<Array>()) return type_of_elements(*array);
  return Type::kAny;
}

}  // namespace tetrascope::plan
