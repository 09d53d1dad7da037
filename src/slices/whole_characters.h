#pragma once
// JSON as JavaScript's clients write it.

#include <optional>
#include <string>
#include <string_view>

namespace tetrascope {

/// JSON text whose escapes of half a character (`\ud83d` without its other half, which is what a JavaScript client
/// writes for text that was cut in the middle of one) are `\ufffd`; nullopt when it has none.
std::optional<std::string> with_whole_characters(std::string_view json);

}  // namespace tetrascope
