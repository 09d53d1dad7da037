#pragma once
// Native blocks of a few columns, for tests of storage that know nothing of the real tables.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/native_writer.h"

namespace tetrascope {

/// One column of a block: its data is what `data` holds, written with NativeWriter by the test.
struct NativeColumn {
  std::string name;
  std::string type;
  NativeWriter data;
};
std::string native_block(std::size_t rows, const std::vector<NativeColumn>& columns);

/// A block of the table (n UInt64, s String): numbers from `first` on, each text `text` followed by the number.
std::string numbered_block(std::uint64_t first, std::size_t rows, std::string_view text = "row ");

}  // namespace tetrascope
