#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tetrascope::kit {

inline std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

/// Calls `take` with each piece between separators, empty ones too.
template <typename Take>
void for_each_part(std::string_view text, char separator, Take&& take) {
  for (;;) {
    const auto end = text.find(separator);
    take(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

/// ASCII alone.
std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);

/// Percent-decoded (`%20`); a `%` that starts no escape stays.
std::string percent_decoded(std::string_view text);

/// `text` when it is valid UTF-8, else a copy in `scratch` with U+FFFD in place of what is not.
std::string_view valid_utf8(std::string_view text, std::string& scratch);
/// At most `bytes` bytes, cut between characters.
std::string_view cut_utf8(std::string_view text, std::size_t bytes);

/// The variable's value when it is set and not empty.
std::optional<std::string> environment(const char* name);
/// Whole numbers alone, else `otherwise` and a word once.
long environment_number(const char* name, long otherwise);

}  // namespace tetrascope::kit
