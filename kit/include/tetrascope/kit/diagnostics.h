#pragma once

#include <functional>
#include <string_view>

namespace tetrascope::kit {

/// Where the kit says what went wrong: once a cause, never a secret. Default: a line on standard error.
/// `sink` may be called on any thread, so long as the program runs, and may log, trace and report through the kit.
void set_diagnostics(std::function<void(std::string_view message)> sink);

}  // namespace tetrascope::kit
