#pragma once
// The fields that Logs Insights finds in a message which is a JSON object: `a.b.0.c` and their texts.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tetrascope::cloudwatch_logs {

inline constexpr std::size_t kMostLeaves = 1'000;

/// Of scalars, in the order of the text; none of a message that is no JSON object. A name that begins with `@` gets
/// another one in front, so that it is not taken for the service's own.
std::vector<std::pair<std::string, std::string>> json_leaves(std::string_view message);

}  // namespace tetrascope::cloudwatch_logs
