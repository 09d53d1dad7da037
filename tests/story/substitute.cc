#include "story/substitute.h"

#include <charconv>
#include <ctime>
#include <optional>

namespace tetrascope {
namespace {

std::string iso(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

/// `now-60s|ms`; nullopt when it is something else.
std::optional<std::string> time_text(std::string_view name, std::int64_t now) {
  if (!name.starts_with("now")) return std::nullopt;
  name.remove_prefix(3);
  const auto bar = name.find('|');
  const std::string_view unit = bar == std::string_view::npos ? std::string_view{} : name.substr(bar + 1);
  std::string_view shift = name.substr(0, bar);
  if (!shift.empty()) {
    if (shift.back() != 's') return std::nullopt;
    const std::int64_t sign = shift.front() == '-' ? -1 : 1;
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(shift.data() + 1, shift.data() + shift.size() - 1, seconds);
    if (error != std::errc{} || end != shift.data() + shift.size() - 1) return std::nullopt;
    now += sign * seconds;
  }
  if (unit == "iso") return iso(now);
  return std::to_string(now) + (unit == "ms" ? "000" : unit == "us" ? "000000" : unit == "ns" ? "000000000" : "");
}

}  // namespace

std::string substitute(std::string_view text, const StoryNames& names) {
  std::string out;
  while (!text.empty()) {
    const auto begin = text.find("{{");
    const auto end = begin == std::string_view::npos ? begin : text.find("}}", begin);
    out += text.substr(0, end == std::string_view::npos ? text.size() : begin);
    if (end == std::string_view::npos) break;
    const std::string_view name = text.substr(begin + 2, end - begin - 2);
    const auto captured = names.captured.find(name);
    const auto time = time_text(name, names.now_seconds);
    out += captured != names.captured.end() ? captured->second
           : time                           ? *time
                                            : std::string(text.substr(begin, end + 2 - begin));
    text.remove_prefix(end + 2);
  }
  return out;
}

}  // namespace tetrascope
