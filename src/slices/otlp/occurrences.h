#pragma once
// Exceptions that OpenTelemetry carries as span events and log records.

#include <optional>
#include <span>
#include <string_view>

#include "base/time.h"
#include "slices/otlp/records.h"

namespace tetrascope::otlp {

/// One exception, as a span event or a log record told it. Views into what it came from.
struct OccurrenceRecord {
  UnixNanos time;
  NamedId<16> trace_id;
  NamedId<8> span_id;
  Id<16> id;  ///< the same when the same exception is sent again
  std::string_view level;
  std::string_view type, message, stacktrace;
  bool escaped = false;
  std::uint32_t sample_rate = 1;
  std::span<const Attribute> attributes;  ///< all of them, exception.* included
};

/// `exception.type`, `.message`, `.stacktrace`, `.escaped`: those a row keeps in columns of their own.
bool is_exception_key(std::string_view key);

/// Nullopt unless the event is named `exception`. Errors in its span are not looked at: the event alone says it.
/// `index`: place of the event in its span.
std::optional<OccurrenceRecord> occurrence_of(const SpanRecord& span, std::size_t index, UnixNanos received);
/// Nullopt unless the record has exception.type, .message or .stacktrace. `service` tells records without a trace
/// apart.
std::optional<OccurrenceRecord> occurrence_of(const LogRecord& log, std::string_view service, UnixNanos received);

}  // namespace tetrascope::otlp
