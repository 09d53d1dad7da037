#pragma once
// One event of the events API, between its bytes and its row.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/value.h"

namespace tetrascope::honeycomb {

// Limits of the events API (dossier honeycomb_otlp 2.13), bodies counted after decompression.
inline constexpr std::size_t kMaxEventBody = std::size_t{1} << 20;
inline constexpr std::size_t kMaxBatchBody = std::size_t{5} << 20;
inline constexpr std::size_t kMaxFields = 2'000;
inline constexpr std::size_t kMaxTextBytes = 65'535;  ///< longer text is cut, at a character's boundary
/// Nesting inside an event's data; an array of events and the event itself come on top.
inline constexpr int kMaxDataDepth = 32;

// The vendor's texts for a refused event (2.13), compared by its clients.
inline constexpr std::string_view kEmptyEvent = "Request body should not be empty.";
inline constexpr std::string_view kTooManyFields = "Event has too many columns.";
inline constexpr std::string_view kMalformedEvent = "Request body is malformed and cannot be read.";
inline constexpr std::string_view kEventTooLarge = "Request body is too large.";

struct Event {
  std::optional<UnixNanos> time;  ///< nullopt: not sent, so the time of arrival
  std::uint32_t sample_rate = 1;
  Object data;  ///< no key twice, none empty, no missing values; text within kMaxTextBytes
};

/// An event of a batch, or the text that says why it was refused.
struct EventResult {
  Event event;
  std::string_view refused;  ///< one of the texts above; empty for a good event
};

enum class BodyFormat { kJson, kMsgpack };
/// What a body is by its Content-Type: msgpack when it says so (application/msgpack, application/x-msgpack), else JSON
/// whatever it says, as the vendor has it (3.0).
BodyFormat body_format(std::string_view content_type);

/// `body`: an array of {time, samplerate, data} (3.3). Events in the order of the array.
/// Errors: kMalformed (the body as a whole is no such array).
Result<std::vector<EventResult>> decode_batch(std::string_view body, BodyFormat format);

/// `body`: one object, the event's data (3.2). Errors: kMalformed, kInvalid or kTooLarge with one of the texts above.
Result<Event> decode_event(std::string_view body, BodyFormat format);

/// Applies the limits to data as decoded: of a key that came twice the last counts, null is no value (2.14), long text
/// is cut. Gives back the text of the refusal, empty for none.
std::string_view tidy_data(Object& data);

// ---- loosely typed members ----

/// RFC 3339 in any of its spellings, without a zone too (UTC), or seconds, milliseconds, microseconds or nanoseconds
/// since 1970 by magnitude, with a fraction. Go's zero time and "" are "not sent": an empty inner optional.
/// Outer nullopt: none of these, or outside 1677 to 2262.
std::optional<std::optional<UnixNanos>> parse_event_time(std::string_view text);
std::optional<std::optional<UnixNanos>> event_time(const Value& value);

/// Integers, floats (rounded half up) and numbers in text; what is none of these, or under 1, is 1 (2.5).
std::uint32_t parse_sample_rate(std::string_view text);
std::uint32_t sample_rate(const Value& value);

/// A msgpack timestamp (extension type -1; 4, 8 or 12 bytes).
std::optional<UnixNanos> msgpack_time(std::string_view bytes);
/// `2026-08-01T10:00:00.123456789Z`, without needless zeros.
std::string format_time(UnixNanos time);

}  // namespace tetrascope::honeycomb
