#pragma once
// Segment documents as SDKs and daemons send them (dossier xray 2): a segment that is complete or in progress, or a
// subsegment of its own.

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"
#include "model/value.h"

namespace tetrascope::xray {

/// Bytes of a document; more is refused as X-Ray refuses it.
inline constexpr std::size_t kMaxDocument = std::size_t{64} << 10;
/// Segments and subsegments of one document.
inline constexpr std::size_t kMaxParts = 4'000;

/// What is needed to store and join a document. `body` has it whole, with whatever else the client put there.
struct Segment {
  NamedId<16> trace_id;
  SpanId id;
  bool is_subsegment = false;
  bool in_progress = false;
  UnixNanos start;
  std::string name;
  Value body;
  std::string mended;  ///< not empty: the document, where it had halves of characters
};

/// Why a document was not taken, as PutTraceSegments reports it; `id` is empty where none could be read.
struct Refused {
  std::string id;
  std::string code;
  std::string message;
};

/// Problems of identity, time and name refuse a document; every other member that does not fit is ignored where it is
/// read (2.9).
std::expected<Segment, Refused> read_segment(std::string_view document);

/// Sixteen hex digits in either letter case.
bool is_segment_id(std::string_view text);
/// `1-8 hex-24 hex`, or 32 hex digits.
bool is_trace_id(std::string_view text);
/// The `1-…-…` form of a trace id.
std::string xray_trace_id(const TraceId& id);

/// Epoch seconds as sent; nullopt when absent, no number, or beyond what can be stored.
std::optional<double> seconds_at(const Value& part, std::string_view name);
UnixNanos nanos_of(double seconds);
double seconds_of(UnixNanos time);

/// A segment without end that does not say that it ended.
bool is_in_progress(const Value& part);

/// Flags of a part, from its own members, else from its HTTP status (3.3).
struct Outcome {
  bool error = false, throttle = false, fault = false;
  [[nodiscard]] bool ok() const { return !error && !throttle && !fault; }
};
Outcome outcome_of(const Value& part);

/// The datagram's header line, `{"format":"json","version":1}`, is cut off. nullopt: it is not one (1.1).
std::optional<std::string_view> document_of_datagram(std::string_view datagram);

}  // namespace tetrascope::xray
