#pragma once
// Realistic spans as ready OTLP request bodies, the same for the same seed on every machine.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tetrascope::bench {

/// A request body and where in it ids and times stand, so that a sender can make it new for each round without encoding
/// it again.
struct Body {
  std::string bytes;  ///< ExportTraceServiceRequest, protobuf
  std::size_t spans = 0;
  std::vector<std::uint32_t> trace_ids;  ///< offsets of 16-byte trace ids (spans and links)
  std::vector<std::uint32_t> span_ids;   ///< offsets of 8-byte span ids (own, parent's, links')
  std::vector<std::uint32_t> times;      ///< offsets of fixed64 times
};

/// Traces of 8 to 60 spans (mean 28) over 5 to 12 of 12 services with 4 pods each; about 15.6 attributes a span (text,
/// integers, booleans, doubles; a user of 100,000, a tenant of 200, a request id a trace, paths with numbers) and 10 a
/// resource; 3 % error spans with an exception and its stack, 7 % spans with an event, 4.5 % with a link; log-normal
/// durations, nested. `spans_per_body`: about so many a body, in whole traces. `first`: start of the first trace, Unix
/// ns; a body's traces start evenly over `length_ns`.
std::vector<Body> generate_bodies(std::size_t bodies, std::size_t spans_per_body, std::uint64_t seed,
                                  std::uint64_t first, std::uint64_t length_ns);

/// Makes `body` another one: other ids (by `round`, which is not 0 after the first) and all times moved by `shift_ns`.
void renew(Body& body, std::uint64_t round, std::int64_t shift_ns);

}  // namespace tetrascope::bench
