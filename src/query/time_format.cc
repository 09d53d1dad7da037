#include "query/time_format.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace tetrascope::plan {
namespace {

constexpr std::size_t kMaxFormatBytes = 1024;

struct Conversion {
  char posix;
  std::string_view engine;
};
constexpr Conversion kConversions[] = {
    {'a', "%a"},          {'A', "%W"},    {'b', "%b"},       {'B', "%M"},       {'c', "%a %b %e %H:%i:%S %Y"},
    {'C', "%C"},          {'d', "%d"},    {'D', "%m/%d/%y"}, {'e', "%e"},       {'F', "%Y-%m-%d"},
    {'g', "%g"},          {'G', "%G"},    {'h', "%b"},       {'H', "%H"},       {'I', "%I"},
    {'j', "%j"},          {'m', "%m"},    {'M', "%i"},       {'n', "\n"},       {'p', "%p"},
    {'r', "%I:%i:%S %p"}, {'R', "%H:%i"}, {'S', "%S"},       {'t', "\t"},       {'T', "%H:%i:%S"},
    {'u', "%u"},          {'V', "%V"},    {'w', "%w"},       {'x', "%m/%d/%y"}, {'X', "%H:%i:%S"},
    {'y', "%y"},          {'Y', "%Y"},    {'z', "%z"},       {'Z', "UTC"},      {'%', "%%"},
};

}  // namespace

Result<std::string> engine_time_format(std::string_view strftime_format) {
  if (strftime_format.size() > kMaxFormatBytes) return fail(ErrorCode::kInvalid, "format longer than 1024 bytes");
  std::string out;
  for (std::size_t i = 0; i < strftime_format.size(); ++i) {
    if (strftime_format[i] != '%') {
      out += strftime_format[i];
      continue;
    }
    if (++i == strftime_format.size()) return fail(ErrorCode::kInvalid, "format ends in a single %");
    const auto* found = std::ranges::find(kConversions, strftime_format[i], &Conversion::posix);
    if (found == std::end(kConversions)) {
      return fail(ErrorCode::kInvalid, std::string("unknown conversion %") + strftime_format[i] + " in the format");
    }
    out += found->engine;
  }
  return out;
}

bool is_time_pattern(std::string_view pattern) {
  constexpr std::string_view kLetters = "yYMdDHhKkmsSaEezZ";
  bool quoted = false;
  bool asks = false;
  for (const char c : pattern) {
    if (c == '\'') {
      quoted = !quoted;
    } else if (!quoted && std::isalpha(static_cast<unsigned char>(c)) != 0) {
      if (!kLetters.contains(c)) return false;
      asks = true;
    }
  }
  return asks && !quoted && pattern.size() <= kMaxFormatBytes;
}

}  // namespace tetrascope::plan
