// Answers of an engine that is not what it says: the decoder must end, in bounded memory, with rows or an error. What
// can be written of them is read again as the same.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/row_binary.h"
#include "storage/rows.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tetrascope;
  const auto rows = decode_row_binary({reinterpret_cast<const char*>(data), size});
  if (!rows) return 0;
  for (const auto& row : rows->rows) {
    if (row.size() != rows->columns.size()) __builtin_trap();
  }
  const std::string head = row_binary_head(rows->columns);
  std::string once = head, twice = head;
  if (!append_row_binary(*rows, once)) return 0;  // integers of 64 bits without a sign, keys that are no text
  const auto back = decode_row_binary(once);
  // Compared as bytes: NaN is not itself.
  if (!back || !append_row_binary(*back, twice) || once != twice) __builtin_trap();
  return 0;
}
