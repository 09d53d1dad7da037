#pragma once
// Patterns of `parse`, as RE2 with a group for each name.

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace tetrascope::cloudwatch_logs {

struct GroupPattern {
  std::string pattern;
  std::vector<std::string> names;  ///< of each group; "" for one without
};

/// `"user=*, method:*"`: each `*` is as short as what stands around it allows. Errors: another number of names.
std::expected<GroupPattern, std::string> glob_pattern(std::string_view glob, const std::vector<std::string>& names);
/// `/(?<level>\S+) …/`. Errors: no named group, or no expression that RE2 takes.
std::expected<GroupPattern, std::string> group_pattern(std::string_view regex);

}  // namespace tetrascope::cloudwatch_logs
