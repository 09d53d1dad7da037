#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tetrascope::kit {

/// Exactly `2 * bytes` hex digits of either case; false for anything else (`out` is then half written).
bool read_hex(std::string_view text, std::uint8_t* out, std::size_t bytes);
/// Lower case.
void append_hex(std::string& out, const std::uint8_t* data, std::size_t bytes);

}  // namespace tetrascope::kit
