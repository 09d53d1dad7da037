#pragma once
// Text that is compared whatever its letter case.

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

namespace tetrascope::rollbar {

/// ASCII letters only.
inline std::string lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

}  // namespace tetrascope::rollbar
