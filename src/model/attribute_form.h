#pragma once
// How the value of an attribute stands in the tables: as an element of the map `attributes`, or in a column of its own.
// Its type is part of the map's key, so that 1, 1.0, "1" and true stay four different things.

#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "model/field_catalogue.h"

namespace tetrascope {

inline constexpr std::string_view kAttributesMap = "attributes";

/// What a map's key begins with: `shttp.route` is the text http.route, `iserver.port` an integer.
constexpr char map_letter(FieldType type) {
  constexpr std::string_view kLetters = "sidbj";
  return kLetters[static_cast<std::size_t>(type)];
}
std::string map_key(FieldType type, std::string_view key);
/// kJson for letters that none is written with.
FieldType type_of_letter(char letter);

/// The bytes of an integer or a double as the map holds them: eight, little-endian.
template <class Number>
std::string_view number_bytes(const Number& value) {
  static_assert(sizeof(Number) == 8 && std::endian::native == std::endian::little);
  return {reinterpret_cast<const char*>(&value), sizeof value};
}
/// A truth value's.
constexpr std::string_view bool_bytes(bool value) { return value ? "1" : "0"; }

/// SQL of the value with its type, Nullable. `element`: SQL of the map's element, Nullable(String).
std::string element_sql(FieldType type, std::string_view element);

// What stands in an attribute's own column of numbers where the row has no such attribute: a flag beside each value
// would be one more stream to write and to merge. (Texts have that flag: their empty one is a value, and any other
// costs more bytes and time than the flag.) A value that is just this stays in the map: it is seen in its row, not
// found by its key.
inline constexpr std::int64_t kMissingInt = std::numeric_limits<std::int64_t>::min();
inline constexpr std::uint64_t kMissingDoubleBits = 0x7FF8'7465'7472'6173;  ///< one of the many that are not a number
inline constexpr std::uint8_t kMissingBool = 2;

}  // namespace tetrascope
