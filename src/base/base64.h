#pragma once
// Base64, standard alphabet out; standard or URL-safe, padded or not, in.

#include <optional>
#include <string>
#include <string_view>

namespace tetrascope {

std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

}  // namespace tetrascope
