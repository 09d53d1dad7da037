#pragma once
// An error that OpenTelemetry sent, as a Rollbar occurrence.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "slices/rollbar/occurrence_reads.h"

namespace tetrascope::rollbar {

/// A row of otel_error_reads() with details.
struct OtelError {
  std::string key, environment;
  UnixNanos time, received;
  std::string level, language, type, message, stack, trace_id, span_id, row_id;
  Value attributes, resource;
  std::int64_t id = 0;
};
OtelError otel_error_of(const std::vector<Value>& row);

/// Ids grow with time and stay below 2^53, which is as far as JavaScript counts.
inline constexpr std::int64_t kOtelIdsOfMicrosecond = 4;

/// Gives them their ids. `errors`: newest first, none of a microsecond's left out.
void number_errors(std::vector<OtelError>& errors);
/// Log records have no id of their own: their uuid is the number, in 32 hex digits. nullopt for any other uuid.
std::optional<std::int64_t> otel_id_of_uuid(std::string_view uuid);

/// In the form in which an SDK would have told it.
Instance otel_instance(const Project& project, const Item& item, const OtelError& error);

}  // namespace tetrascope::rollbar
