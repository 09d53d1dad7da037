#include "storage/native_block.h"

namespace tetrascope {

std::string native_block(std::size_t rows, const std::vector<NativeColumn>& columns) {
  NativeWriter out;
  out.varint(columns.size());
  out.varint(rows);
  for (const NativeColumn& column : columns) {
    out.text(column.name);
    out.text(column.type);
    out.raw(column.data.view().data(), column.data.view().size());
  }
  return std::string(out.view());
}

std::string numbered_block(std::uint64_t first, std::size_t rows, std::string_view text) {
  NativeColumn n{"n", "UInt64", {}};
  NativeColumn s{"s", "String", {}};
  for (std::uint64_t i = first; i < first + rows; ++i) {
    n.data.number(i);
    s.data.text(std::string(text) + std::to_string(i));
  }
  return native_block(rows, {n, s});
}

}  // namespace tetrascope
