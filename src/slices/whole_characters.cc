#include "slices/whole_characters.h"

#include <charconv>

namespace tetrascope {
namespace {

constexpr std::size_t kEscape = 6;  // of `\uXXXX`

/// The number of an escape that begins at `at`; 0 when none does.
unsigned code_unit(std::string_view json, std::size_t at) {
  if (at + kEscape > json.size() || json[at] != '\\' || json[at + 1] != 'u') return 0;
  unsigned unit = 0;
  const char* const end = json.data() + at + kEscape;
  const auto read = std::from_chars(json.data() + at + 2, end, unit, 16);
  return read.ec == std::errc{} && read.ptr == end ? unit : 0;
}

bool is_first_half(unsigned unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_second_half(unsigned unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

}  // namespace

std::optional<std::string> with_whole_characters(std::string_view json) {
  std::string out;
  std::size_t copied = 0;
  for (std::size_t at = json.find('\\'); at != std::string_view::npos; at = json.find('\\', at)) {
    const unsigned unit = code_unit(json, at);
    if (unit == 0) {
      at += 2;  // `\\` among them, whose second sign begins nothing
      continue;
    }
    const bool whole = is_first_half(unit) && is_second_half(code_unit(json, at + kEscape));
    if (!whole && (is_first_half(unit) || is_second_half(unit))) {
      out.append(json.substr(copied, at - copied)).append("\\ufffd");
      copied = at + kEscape;
    }
    at += whole ? 2 * kEscape : kEscape;
  }
  if (copied == 0) return std::nullopt;
  return out.append(json.substr(copied));
}

}  // namespace tetrascope
