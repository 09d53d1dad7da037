#pragma once
// Facts as bytes, so that they can be stored beside the documents they were made of and read back after a start. A
// chunk has what changed since the one before it; the last one says how far the whole had come.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "slices/xray/trace_facts.h"

namespace tetrascope::xray {

/// A trace as the index keeps it.
struct TraceFacts {
  TraceId id;
  UnixNanos start;
  double base = 0;  ///< whole epoch seconds, of facts' times
  std::vector<Fact> facts;
};

/// How far an index has come.
struct IndexState {
  UnixNanos updated;
  UnixNanos horizon;                       ///< traces that began from here on are kept, all of them
  std::map<UnixNanos, std::int64_t> seen;  ///< rows that were taken in, by the second of their arrival
};

struct FactChunk {
  std::string previous;  ///< key of the chunk before it; "" for the first
  UnixNanos previous_time;
  std::optional<IndexState> state;  ///< of the last chunk of one save; the others have none
  Places places;                    ///< of this chunk's facts
  std::vector<TraceFacts> traces;
};

/// Writes one chunk. Facts' times and response times survive exactly: facts_of() makes none that do not.
class FactChunkWriter {
 public:
  explicit FactChunkWriter(const Places& places) : places_(places) {}
  void add(const TraceId& id, UnixNanos start, double base, std::span<const Fact> facts);
  [[nodiscard]] std::size_t size() const { return traces_.size(); }
  /// What was added since the last call, as a chunk.
  std::string take(std::string_view previous, UnixNanos previous_time, const IndexState* state);

 private:
  std::uint32_t place(std::uint32_t number);

  const Places& places_;
  std::map<std::uint32_t, std::uint32_t> numbers_;  ///< of the index, to those of the chunk
  std::string place_bytes_, traces_;
  std::uint64_t count_ = 0;
};

/// nullopt: not what this version writes.
std::optional<FactChunk> read_fact_chunk(std::string_view bytes);

}  // namespace tetrascope::xray
