#pragma once
// Logging of the server itself: to standard error, one line an event. Standard output belongs to the ready line.

#include <fmt/core.h>

#include <string_view>
#include <utility>

#include "base/result.h"

namespace tetrascope {

/// Sends all logging to standard error. `level`: trace, debug, info, warn, error or off.
/// Errors: kInvalid for another word.
Result<void> start_logging(std::string_view level);

enum class LogLevel { kDebug, kInfo, kWarning, kError };
[[nodiscard]] bool is_logged(LogLevel level);
void log_line(LogLevel level, std::string_view line);

// spdlog stays in log.cc: each file that calls its templates takes five seconds more to compile.
template <typename... Values>
void log_debug(fmt::format_string<Values...> format, Values&&... values) {
  if (is_logged(LogLevel::kDebug)) log_line(LogLevel::kDebug, fmt::format(format, std::forward<Values>(values)...));
}
template <typename... Values>
void log_info(fmt::format_string<Values...> format, Values&&... values) {
  if (is_logged(LogLevel::kInfo)) log_line(LogLevel::kInfo, fmt::format(format, std::forward<Values>(values)...));
}
template <typename... Values>
void log_warning(fmt::format_string<Values...> format, Values&&... values) {
  if (is_logged(LogLevel::kWarning)) log_line(LogLevel::kWarning, fmt::format(format, std::forward<Values>(values)...));
}
template <typename... Values>
void log_error(fmt::format_string<Values...> format, Values&&... values) {
  if (is_logged(LogLevel::kError)) log_line(LogLevel::kError, fmt::format(format, std::forward<Values>(values)...));
}

}  // namespace tetrascope
