#pragma once

#include <chrono>
#include <string>
#include <string_view>

using Hours = std::chrono::hours;

/// So long from now, in UTC, as `2026-01-31T12:00:00.123456+00:00`.
std::string time_from_now(std::chrono::microseconds distance);

/// Local, for lines of a log: `[2026-Jan-31 12:00]`.
std::string time_stamp();

/// Characters, not bytes.
std::size_t length(std::string_view utf8);

/// True when there is nothing but white space.
bool blank(std::string_view text);
