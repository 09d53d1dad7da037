#pragma once
// One simulated request through a shop of twelve services: which spans it has and how they lie in time.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "data/random.h"

namespace tetrascope::bench {

inline constexpr std::size_t kServices = 12;
inline constexpr std::size_t kPods = 4;
inline constexpr std::size_t kUsers = 100'000;
inline constexpr std::size_t kTenants = 200;
inline constexpr std::size_t kMinSpans = 8;
inline constexpr std::size_t kMaxSpans = 60;

/// What a span stands for; its attributes follow from it.
enum class Work : std::uint8_t {
  kHttpServer,
  kHttpClient,
  kRpcServer,
  kRpcClient,
  kProducer,
  kConsumer,
  kDatabase,
  kCache,
  kInternal,
};

struct Span {
  static constexpr std::size_t kNoParent = ~std::size_t{0};
  Work work = Work::kInternal;
  std::size_t service = 0;
  std::size_t pod = 0;
  std::size_t peer = 0;            ///< the service that a client or producer calls
  std::size_t parent = kNoParent;  ///< its place in the trace
  std::size_t operation = 0;       ///< chooses route, table, method …
  std::uint64_t id = 0;
  std::uint64_t start = 0, end = 0;  ///< Unix nanoseconds
  bool error = false;
};

/// An id of 16 bytes as two numbers, big-endian.
using TraceIdPair = std::array<std::uint64_t, 2>;

struct Trace {
  std::uint64_t number = 0;
  TraceIdPair id{};
  std::size_t user = 0, tenant = 0;
  std::array<std::uint64_t, 2> request_id{};
  std::vector<Span> spans;  ///< every parent before its children
};

TraceIdPair trace_id(std::uint64_t seed, std::uint64_t number);
/// `place`: 0 is the root.
std::uint64_t span_id(const TraceIdPair& trace, std::size_t place);

/// Traces begin so far apart that a million spans are an hour.
inline constexpr double kNanosBetweenTraces = 3600e9 / 1e6 * 28.2;

/// How many spans trace `number` would like to have: 8 to 60, 28 on average.
std::size_t wanted_spans(std::uint64_t seed, std::uint64_t number);

/// `spans`: at least kMinSpans. `first`: Unix nanoseconds at which trace 0 begins. The same arguments, the same trace.
Trace make_trace(std::uint64_t seed, std::uint64_t number, std::size_t spans, std::uint64_t first);

}  // namespace tetrascope::bench
