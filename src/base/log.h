#pragma once
// Logging of the server itself: to standard error, one line an event. Standard output belongs to the ready line.

#include <spdlog/spdlog.h>

#include <string_view>

#include "base/result.h"

namespace tetrascope {

/// Sends all logging to standard error. `level`: trace, debug, info, warn, error or off.
/// Errors: kInvalid for another word.
Result<void> start_logging(std::string_view level);

}  // namespace tetrascope
