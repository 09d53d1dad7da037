#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace tetrascope::kit {

struct LogEvent {
  std::int64_t time_ms = 0;  // Unix milliseconds
  std::string message;       // at least one byte, at most kMostEventBytes
};

inline std::size_t queued_bytes(const LogEvent& event) noexcept { return event.message.size(); }

constexpr std::size_t kMostEventBytes = 1'048'576 - 26;

/// Takes from the front of `queue` what one PutLogEvents may hold - 10,000 events, 1,048,576 bytes with 26 for each
/// event, less than 24 hours - and orders it by time, those of one time as they came. Source: PutLogEvents, API
/// reference.
std::vector<LogEvent> take_batch(std::deque<LogEvent>& queue);

/// The request's JSON.
std::string put_log_events(std::string_view group, std::string_view stream, const std::vector<LogEvent>& batch);

/// What stands in braces put in; braces of other kinds stay. `:` and `*`, which stream names may not hold, become `-`.
std::string fill_stream_name(std::string_view pattern, std::string_view logger, std::int64_t unix_seconds);

}  // namespace tetrascope::kit
