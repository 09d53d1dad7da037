// Compressed bodies: whatever the bytes, the result stays within the limit, and says so again when asked again.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/inflate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLimit = std::size_t{1} << 20;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const std::string_view encoding : {"gzip", "deflate", "zstd"}) {
    std::string out;
    const bool good = tetrascope::inflate(encoding, body, kLimit, out).has_value();
    if (out.size() > kLimit || out.capacity() > kLimit + 64) __builtin_trap();
    if (!good) continue;
    // The same with the room that is left from another body, and with no byte to spare.
    std::string again("left from before");
    if (!tetrascope::inflate(encoding, body, out.size(), again) || again != out) __builtin_trap();
    if (!out.empty() && tetrascope::inflate(encoding, body, out.size() - 1, again)) __builtin_trap();
  }
  std::string back;
  if (!tetrascope::inflate("gzip", tetrascope::gzip(body), size, back) || back != body) __builtin_trap();
  return 0;
}
