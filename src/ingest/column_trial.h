#pragma once
// Whether columns of their own make attributes larger on disk (docs/adr/0007-attribute-columns.md).

#include <cstddef>

#include "model/attribute_layout.h"
#include "model/columns.h"

namespace tetrascope {

/// What the attributes of some rows take, as the engine writes and compresses them.
struct ColumnTrial {
  std::size_t rows = 0;
  std::size_t map_bytes = 0;     ///< all of them in the map
  std::size_t column_bytes = 0;  ///< those that `layout` names in their columns, the others in the map

  /// Twice as large, and by bytes that matter. Attributes of real programs are smaller in columns; those that a load
  /// generator goes through in a circle repeat as whole sequences, which only the map shows the compressor.
  [[nodiscard]] bool columns_are_dear() const {
    return column_bytes > 2 * map_bytes && column_bytes - map_bytes > kBytesThatMatter * rows;
  }
  static constexpr std::size_t kBytesThatMatter = 4;  ///< a row
};

/// Makes the columns of the rows of `map`: some tens of milliseconds for ten thousand.
ColumnTrial try_columns(const MapColumn& map, const AttributeLayoutPtr& layout);

}  // namespace tetrascope
