#pragma once
// An engine's answer as values, and the decoder of the wire format that both engines answer in.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/value.h"

namespace tetrascope {

struct Rows {
  struct Column {
    std::string name;
    std::string type;  ///< ClickHouse's, e.g. `Nullable(Int64)`
  };
  std::vector<Column> columns;
  std::vector<std::vector<Value>> rows;  ///< one vector a row, cells in the order of `columns`

  std::size_t rows_read = 0;  ///< what the engine looked at
  std::size_t bytes_read = 0;

  [[nodiscard]] std::size_t index_of(std::string_view column) const;  ///< columns.size() when there is none
};

/// Decodes ClickHouse's RowBinaryWithNamesAndTypes. String and LowCardinality become text, FixedString Bytes, integers
/// int64 (UInt64 above 2^63-1 a double), Bool bool, Array and Tuple Array, Map Object, Nullable its content or missing,
/// DateTime64(9) and Date* integers as stored.
/// Errors: kInternal (a type that is not named here, or bytes that end early).
Result<Rows> decode_row_binary(std::string_view bytes);

}  // namespace tetrascope
