#pragma once
// Requests of the other clients: CloudWatch Logs batches, Rollbar items, and traces as a load generator makes them.

#include <cstdint>

#include "data/marked_bytes.h"

namespace tetrascope::bench {

inline constexpr std::string_view kLogGroup = "bench";
inline constexpr std::size_t kLogStreams = 4;  ///< stream-0 to stream-3; group and streams must exist

/// PutLogEvents with the lines [begin, begin + count) of the simulated services as JSON messages, in order of time.
MarkedBytes put_log_events(std::uint64_t seed, std::uint64_t begin, std::size_t count, std::uint64_t first);

/// A Rollbar item of about 50 KB: an exception with 60 frames and their local variables, one of 100 errors.
MarkedBytes rollbar_item(std::uint64_t seed, std::uint64_t number, std::uint64_t first);

/// Traces of 10 spans whose attributes go round in a circle: 11 a span, of 97 keys and 1,000 values, as Jaeger's load
/// generator makes them unless told otherwise. What a store needs for these says little about real data.
MarkedBytes cyclic_trace_request(std::uint64_t seed, std::uint64_t begin, std::size_t spans, std::uint64_t first);

}  // namespace tetrascope::bench
