#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rollbar/item.h"

namespace tetrascope::kit {

/// Opens `file` and sets the handlers. False when it cannot be opened.
bool watch_for_crashes(const std::string& file);
/// The record of an earlier run's crash, if `text` is one. Its stack is in addresses of this process, or zero where
/// this process has no such code.
std::optional<Item> read_crash(std::string_view text);

}  // namespace tetrascope::kit
