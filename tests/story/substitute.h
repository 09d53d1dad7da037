#pragma once
// {{…}} in a story: times relative to its beginning, and what earlier answers held.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace tetrascope {

struct StoryNames {
  std::int64_t now_seconds = 0;
  std::map<std::string, std::string, std::less<>> captured;
};

/// {{name}}: what `$id=name` captured. {{now}}, {{now-60s}}, {{now+1s}}: seconds since 1970; with `|ms`, `|us`, `|ns`
/// in that unit, with `|iso` as RFC 3339. An unknown name stays as it is.
std::string substitute(std::string_view text, const StoryNames& names);

}  // namespace tetrascope
