#pragma once
// Patterns of `parse`, `like` and `=~` as RE2 has them.

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
/// `/(?<level>\S+) …/`. `names` are of the groups without a name, or, where these are fewer, of the first groups.
/// Errors: no named group, more names than groups, or no expression that RE2 takes.
std::expected<GroupPattern, std::string> group_pattern(std::string_view regex, const std::vector<std::string>& names);
/// `/RequestId: (?<id>\S+)/` of like and =~, where names of groups mean nothing. Errors: no expression that RE2 takes.
std::expected<std::string, std::string> search_pattern(std::string_view regex);
/// The first `values` of a line, between commas; those between double quotes have them still. Missing ones are empty.
std::string csv_pattern(std::size_t values);
/// Of `key=value key2="two words"`: the value of `key`, which may have double quotes still.
std::string logfmt_pattern(std::string_view key);

}  // namespace tetrascope::cloudwatch_logs
