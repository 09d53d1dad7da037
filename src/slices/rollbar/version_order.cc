#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>

#include "slices/rollbar/items.h"

namespace tetrascope::rollbar {
namespace {

using Parts = std::array<std::int64_t, 3>;

/// An integer, or a semantic version of at most three parts; what follows them is not compared. nullopt for the rest:
/// commits have no order of their own.
std::optional<Parts> parse_version(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  Parts parts{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parts[i]);
    if (error != std::errc{} || parts[i] < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty()) return parts;
    if (text.front() == '-' || text.front() == '+') return i == 0 ? std::nullopt : std::optional(parts);
    if (text.front() != '.') return std::nullopt;
    text.remove_prefix(1);
  }
  return parts;
}

}  // namespace

bool passes_version(std::string_view resolved, std::string_view seen, const std::vector<std::string>& before) {
  if (resolved.empty() || seen.empty() || resolved == seen) return true;
  const auto fixed = parse_version(resolved);
  const auto found = parse_version(seen);
  if (!fixed || !found) return std::ranges::find(before, seen) == before.end();
  return *found >= *fixed;
}

}  // namespace tetrascope::rollbar
