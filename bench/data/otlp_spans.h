#pragma once
// ExportTraceServiceRequest bodies out of simulated traces.

#include <array>
#include <vector>

#include "data/marked_bytes.h"
#include "data/trace.h"

namespace tetrascope::bench {

/// Traces one after the other whose sizes fill requests of exactly `spans_per_request` spans.
class TraceStream {
 public:
  /// `first`: Unix nanoseconds at which the first trace begins.
  TraceStream(std::uint64_t seed, std::size_t spans_per_request, std::uint64_t first)
      : seed_(seed), spans_per_request_(spans_per_request), first_(first), left_(spans_per_request) {}
  Trace next();

 private:
  std::uint64_t seed_;
  std::size_t spans_per_request_;
  std::uint64_t first_;
  std::size_t left_;
  std::uint64_t number_ = 0;
};

/// One request, its spans by resource (a pod of a service) and scope.
class TraceRequest {
 public:
  explicit TraceRequest(std::uint64_t seed) : seed_(seed) {}
  void add(const Trace& trace, std::size_t place);
  [[nodiscard]] std::size_t spans() const { return spans_; }
  /// The body; empties the request.
  MarkedBytes take();

  static constexpr std::size_t kScopes = 4;

 private:
  void encode(const Trace& trace, std::size_t place);

  std::uint64_t seed_;
  std::size_t spans_ = 0;
  std::array<std::array<MarkedBytes, kScopes>, kServices * kPods> by_resource_;
  MarkedBytes span_, part_;  // reused
};

/// The ten attributes of a pod, as an OTLP Resource.
MarkedBytes resource_message(std::size_t service, std::size_t pod);

}  // namespace tetrascope::bench
