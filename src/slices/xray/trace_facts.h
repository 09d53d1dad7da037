#pragma once
// What a trace adds to graphs and statistics, in few bytes: one fact a request that a service answered, a call that a
// service or client made, a link that it followed. Graphs and series are sums of facts, whether they come from a trace
// that was just put together or from those that graph_index.h keeps.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "slices/xray/trace_model.h"

namespace tetrascope::xray {

using NodeKey = std::pair<std::string, std::string>;  ///< name, type

/// Where a fact belongs: a node, or an edge between two.
struct Place {
  enum class Kind : std::uint8_t { kRequest, kCall, kLink };
  Kind kind = Kind::kRequest;
  NodeKey from;  ///< the caller; of a request empty
  NodeKey to;    ///< who answered
  auto operator<=>(const Place&) const = default;
};

/// Numbers for places, from 0 on. Not thread-safe.
class Places {
 public:
  std::uint32_t number(Place place);
  [[nodiscard]] const Place& at(std::uint32_t number) const { return *places_[number]; }
  [[nodiscard]] std::size_t size() const { return places_.size(); }

 private:
  std::map<Place, std::uint32_t> numbers_;
  std::vector<const Place*> places_;  ///< into numbers_
};

/// Times are in steps of 10 µs after the trace's base, at most six hours of them.
struct Fact {
  enum class Outcome : std::uint8_t { kOk, kThrottle, kError, kFault, kNotCounted };  ///< the last: in progress
  std::uint32_t place = 0;
  Outcome outcome = Outcome::kOk;
  bool root = false;                ///< of a request: nobody called it
  bool real = false;                ///< of a request: a segment said so, it is not inferred
  std::int32_t begin = 0, end = 0;  ///< what it covers: of a request with everything inside it; of a link its age
  std::int32_t answered = 0;        ///< when the request or call itself ended
  double seconds = 0;               ///< response time, in whole microseconds
};

constexpr double kFactSteps = 1e5;  ///< a second

/// The facts of a trace; a request that two SDKs report is one. `base`: whole epoch seconds, of facts' times.
std::vector<Fact> facts_of(const Trace& trace, Places& places, double& base);

/// Sums facts.
class FactSink {
 public:
  virtual ~FactSink() = default;
  virtual void add(const Places& places, double base, std::span<const Fact> facts) = 0;
};
void add_trace(FactSink& sink, Places& places, const Trace& trace);

}  // namespace tetrascope::xray
