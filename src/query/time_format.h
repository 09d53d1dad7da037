#pragma once
// strftime formats in the engine's own letters (its %M is a month's name, its %i the minutes).

#include <string>
#include <string_view>

#include "base/result.h"

namespace tetrascope::plan {

/// The answer's %e is padded with a space only under the setting formatdatetime_e_with_space_padding.
/// POSIX conversions but %U, %W, %E… and %O…; %c, %x, %X as in the C locale.
/// Errors: kInvalid names the conversion that is not known.
/// Sources: POSIX.1-2017 strftime; ClickHouse documentation, formatDateTime.
Result<std::string> engine_time_format(std::string_view strftime_format);

}  // namespace tetrascope::plan
