#pragma once
// ClickHouse's type names, read into a tree that says how a value of that type is laid out.

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tetrascope {

/// How the bytes of a value are read. LowCardinality(T) and SimpleAggregateFunction(f, T) are T.
enum class Layout {
  kBool,
  kInt,          ///< signed, little endian, `width` bytes
  kUnsigned,     ///< the same without a sign
  kFloat,        ///< IEEE 754, `width` 4 or 8
  kString,       ///< a varint length and so many bytes
  kFixedString,  ///< `width` bytes
  kNullable,     ///< one byte, 1 for NULL; else the value of the only child
  kNothing,      ///< has no value: only ever behind a NULL
  kArray,        ///< a varint count and so many of the only child
  kTuple,        ///< one of each child
  kMap,          ///< a varint count and so many pairs of the two children
};

struct ColumnType {
  Layout layout = Layout::kString;
  std::size_t width = 0;
  std::vector<ColumnType> children;

  /// The fewest bytes that a value takes. An element of an array takes at least one, so that a count is bounded by the
  /// input.
  [[nodiscard]] std::size_t least_bytes() const;
};

/// `name`: as ClickHouse writes it in RowBinaryWithNamesAndTypes, e.g. `Array(Tuple(a Int64, b Nullable(String)))`.
/// Errors: kInternal (a type that is not named above, nesting over 32, a malformed name).
Result<ColumnType> parse_column_type(std::string_view name);

}  // namespace tetrascope
