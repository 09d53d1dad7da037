// A filter pattern (first line) and a message: the pattern is refused, or says something of the message.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "slices/cloudwatch_logs/filter_pattern.h"
#include "slices/cloudwatch_logs/filter_plan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tetrascope::cloudwatch_logs;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(input.find('\n'), input.size());
  const auto pattern = parse_filter_pattern(input.substr(0, line));
  if (!pattern) {
    if (pattern.error().message.empty()) std::abort();
    return 0;
  }
  const std::string_view message = input.substr(std::min(line + 1, input.size()));
  const bool matched = matches(*pattern, message);
  if (pattern->kind == FilterPattern::Kind::kEverything && !matched) std::abort();
  (void)extracted_values(*pattern, message);
  (void)pattern_condition(*pattern);
  return 0;
}
