#pragma once
// application/vnd.amazon.eventstream: messages with headers and checksums, one after the other.
// Source: dossier cloudwatch_logs 1.8.

#include <string>
#include <string_view>

namespace tetrascope::aws {

inline constexpr std::string_view kEventStreamType = "application/vnd.amazon.eventstream";

/// An event of the kind `type`, with a JSON payload of the content type `content_type`.
std::string event_message(std::string_view type, std::string_view content_type, std::string_view payload);
/// The exception that ends a stream; `payload` is its JSON.
std::string exception_message(std::string_view type, std::string_view payload);

}  // namespace tetrascope::aws
