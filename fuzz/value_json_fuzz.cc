// The store's JSON: whatever is read is written, and reads back as the same.

#include <cstdint>
#include <cstdlib>

#include "model/value.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tetrascope;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string quoted;
  append_json_string(text, quoted);
  const auto string = value_from_json(quoted);
  if (!string || string->as<std::string>() == nullptr) std::abort();

  const auto value = value_from_json(text);
  if (!value) return 0;
  static_cast<void>(to_plain_json(*value));
  const std::string json = to_json(*value);
  const auto back = value_from_json(json);
  // Compared as JSON: NaN is not itself. Maps of one `$` key are written with a wrapper, which is no level of their
  // own.
  if (!back || to_json(*back) != json) std::abort();
  return 0;
}
