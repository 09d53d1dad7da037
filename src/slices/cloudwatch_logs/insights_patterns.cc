#include "slices/cloudwatch_logs/insights_patterns.h"

#include <fmt/core.h>
#include <re2/re2.h>

#include <algorithm>

namespace tetrascope::cloudwatch_logs {
namespace {

/// The expression with its groups by number, and their names. RE2 writes `(?P<name>` for what people write `(?<name>`.
GroupPattern without_names(std::string_view regex) {
  GroupPattern out;
  bool in_class = false;
  for (std::size_t at = 0; at < regex.size(); ++at) {
    const char c = regex[at];
    if (c == '\\' && at + 1 < regex.size()) {
      out.pattern.append(regex.substr(at, 2));
      ++at;
      continue;
    }
    if (in_class || c != '(') {
      if (c == '[') in_class = true;
      if (c == ']') in_class = false;
      out.pattern += c;
      continue;
    }
    out.pattern += '(';
    const std::string_view rest = regex.substr(at + 1);
    const std::size_t skip = rest.starts_with("?P<") ? 3 : rest.starts_with("?<") ? 2 : 0;
    const std::size_t close = rest.find('>');
    if (skip != 0 && close != std::string_view::npos && rest[skip] != '=' && rest[skip] != '!') {
      out.names.emplace_back(rest.substr(skip, close - skip));
      at += close + 1;
    } else if (!rest.starts_with('?')) {
      out.names.emplace_back();
    }
  }
  return out;
}

re2::RE2::Options quiet() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  return options;
}

}  // namespace

std::expected<std::string, std::string> search_pattern(std::string_view regex) {
  std::string pattern = without_names(regex).pattern;
  const re2::RE2 compiled(pattern, quiet());
  if (!compiled.ok()) return std::unexpected("the regular expression is not valid: " + compiled.error());
  return pattern;
}

std::expected<GroupPattern, std::string> glob_pattern(std::string_view glob, const std::vector<std::string>& names) {
  GroupPattern out;
  out.pattern = "(?s)";
  std::size_t stars = 0;
  for (std::size_t at = 0; at < glob.size();) {
    if (glob[at] == '*') {
      ++stars;
      // The last one, with nothing behind it, takes the rest.
      out.pattern += glob.substr(at + 1).empty() ? "(.*)" : "(.*?)";
      ++at;
      continue;
    }
    const std::size_t end = std::min(glob.find('*', at), glob.size());
    out.pattern += re2::RE2::QuoteMeta(re2::StringPiece(glob.data() + at, end - at));
    at = end;
  }
  if (stars == 0) return std::unexpected("the pattern of parse has no *");
  if (stars != names.size())
    return std::unexpected(fmt::format("the pattern of parse has {} * for {} names", stars, names.size()));
  out.names = names;
  return out;
}

std::expected<GroupPattern, std::string> group_pattern(std::string_view regex, const std::vector<std::string>& names) {
  GroupPattern out = without_names(regex);
  if (names.size() > out.names.size())
    return std::unexpected("the regular expression of parse has fewer groups than names");
  // A list of names is of the groups without one, or of all.
  const auto unnamed = static_cast<std::size_t>(std::ranges::count(out.names, std::string()));
  auto next = names.begin();
  for (std::string& name : out.names) {
    if (next != names.end() && (name.empty() || unnamed < names.size())) name = *next++;
  }
  const re2::RE2 compiled(out.pattern, quiet());
  if (!compiled.ok()) return std::unexpected("the regular expression of parse is not valid");
  if (compiled.NumberOfCapturingGroups() != static_cast<int>(out.names.size()) ||
      std::ranges::all_of(out.names, &std::string::empty))
    return std::unexpected("the regular expression of parse has no named group such as (?<name>…)");
  return out;
}

std::string csv_pattern(std::size_t values) {
  constexpr std::string_view kValue = R"(\s*("(?:[^"]|"")*"|[^,]*))";
  std::string pattern = fmt::format("^{}", kValue);
  for (std::size_t i = 1; i < values; ++i) pattern += fmt::format("(?:,{})?", kValue);
  return "(?s)" + pattern;
}

std::string logfmt_pattern(std::string_view key) {
  return fmt::format(R"((?:^|\s){}=("(?:[^"\\]|\\.)*"|\S*))",
                     re2::RE2::QuoteMeta(re2::StringPiece(key.data(), key.size())));
}

}  // namespace tetrascope::cloudwatch_logs
