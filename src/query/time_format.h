#pragma once
// strftime formats in the engine's own letters (its %M is a month's name, its %i the minutes).

#include <string>
#include <string_view>

#include "base/result.h"

namespace tetrascope::plan {

/// POSIX conversions but %U, %W, %E… and %O…; %c, %x, %X as in the C locale.
/// %e is not padded: the engine's setting for that leaves a byte of the text unwritten (26.7).
/// Errors: kInvalid names the conversion that is not known.
/// Sources: POSIX.1-2017 strftime; ClickHouse documentation, formatDateTime.
Result<std::string> engine_time_format(std::string_view strftime_format);

/// Whether `pattern` is made of letters that the engine reads times by (yyyy, MM, dd, HH, mm, ss, SSS, a, …), of quoted
/// text and of signs. Source: ClickHouse documentation, parseDateTimeInJodaSyntax.
bool is_time_pattern(std::string_view pattern);

}  // namespace tetrascope::plan
