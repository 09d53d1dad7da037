#include "slices/xray/fact_chunks.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tetrascope::xray {
namespace {

/// To be changed with the bytes, and with the rules by which facts are made: what was stored by others is then left.
constexpr std::string_view kVersion = "tetrascope.xray.facts/1\n";

void append_number(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
  out += static_cast<char>(number);
}
void append_signed(std::string& out, std::int64_t number) {
  append_number(out, (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63));
}
void append_bytes(std::string& out, std::string_view bytes) {
  append_number(out, bytes.size());
  out.append(bytes);
}

/// Reads what was appended; after the first thing that does not fit everything is 0 or "".
class ChunkReader {
 public:
  explicit ChunkReader(std::string_view rest) : rest_(rest) {}

  std::uint64_t number() {
    std::uint64_t out = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::string_view byte = take(1);
      if (byte.empty()) return 0;
      const auto bits = static_cast<unsigned char>(byte.front());
      out |= static_cast<std::uint64_t>(bits & 0x7FU) << shift;
      if (bits < 0x80) return out;
    }
    failed_ = true;
    return 0;
  }
  std::int64_t signed_number() {
    const std::uint64_t coded = number();
    return static_cast<std::int64_t>(coded >> 1) ^ -static_cast<std::int64_t>(coded & 1U);
  }
  std::string_view bytes() { return take(number()); }
  std::string_view take(std::uint64_t size) {
    if (failed_ || size > rest_.size()) {
      failed_ = true;
      return {};
    }
    const std::string_view out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  /// A count of things that take at least a byte each.
  std::uint64_t count() {
    const std::uint64_t found = number();
    failed_ = failed_ || found > rest_.size();
    return failed_ ? 0 : found;
  }
  void fail() { failed_ = true; }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

constexpr unsigned kRootBit = 0x10, kRealBit = 0x20;

void append_fact(std::string& out, const Fact& fact) {
  out +=
      static_cast<char>(static_cast<unsigned>(fact.outcome) | (fact.root ? kRootBit : 0) | (fact.real ? kRealBit : 0));
  append_signed(out, fact.begin);
  append_signed(out, std::int64_t{fact.end} - fact.begin);
  append_signed(out, std::int64_t{fact.answered} - fact.end);
  append_number(out, static_cast<std::uint64_t>(std::llround(fact.seconds * 1e6)));
}

std::int32_t moved(std::int32_t from, std::int64_t by) {
  return static_cast<std::int32_t>(static_cast<std::uint64_t>(from) + static_cast<std::uint64_t>(by));
}

Fact read_fact(ChunkReader& in, std::size_t places) {
  Fact fact;
  const std::uint64_t place = in.number();
  if (place >= places) in.fail();
  fact.place = static_cast<std::uint32_t>(place);
  const std::string_view flags = in.take(1);
  const unsigned bits = flags.empty() ? 0 : static_cast<unsigned char>(flags.front());
  if ((bits & 0xFU) > static_cast<unsigned>(Fact::Outcome::kNotCounted)) in.fail();
  fact.outcome = static_cast<Fact::Outcome>(bits & 0xFU);
  fact.root = (bits & kRootBit) != 0;
  fact.real = (bits & kRealBit) != 0;
  fact.begin = moved(0, in.signed_number());
  fact.end = moved(fact.begin, in.signed_number());
  fact.answered = moved(fact.end, in.signed_number());
  fact.seconds = static_cast<double>(in.number()) / 1e6;
  return fact;
}

Place read_place(ChunkReader& in) {
  Place place;
  const std::uint64_t kind = in.number();
  if (kind > static_cast<std::uint64_t>(Place::Kind::kLink)) in.fail();
  place.kind = static_cast<Place::Kind>(kind);
  for (std::string* text : {&place.from.first, &place.from.second, &place.to.first, &place.to.second})
    *text = in.bytes();
  return place;
}

IndexState read_state(ChunkReader& in) {
  IndexState state;
  state.updated = {in.signed_number()};
  state.horizon = {in.signed_number()};
  for (std::uint64_t left = in.count(); left > 0; --left) {
    const UnixNanos second{in.signed_number()};
    state.seen[second] = in.signed_number();
  }
  return state;
}

}  // namespace

std::uint32_t FactChunkWriter::place(std::uint32_t number) {
  const auto [found, added] = numbers_.try_emplace(number, static_cast<std::uint32_t>(numbers_.size()));
  if (added) {
    const Place& one = places_.at(number);
    append_number(place_bytes_, static_cast<std::uint64_t>(one.kind));
    for (const std::string* text : {&one.from.first, &one.from.second, &one.to.first, &one.to.second})
      append_bytes(place_bytes_, *text);
  }
  return found->second;
}

void FactChunkWriter::add(const TraceId& id, UnixNanos start, double base, std::span<const Fact> facts) {
  traces_.append(id.view());
  append_signed(traces_, start.value);
  append_signed(traces_, std::llround(base));
  append_number(traces_, facts.size());
  for (const Fact& fact : facts) {
    append_number(traces_, place(fact.place));
    append_fact(traces_, fact);
  }
  ++count_;
}

std::string FactChunkWriter::take(std::string_view previous, UnixNanos previous_time, const IndexState* state) {
  std::string out(kVersion);
  append_bytes(out, previous);
  append_signed(out, previous_time.value);
  append_number(out, state != nullptr ? 1 : 0);
  if (state != nullptr) {
    append_signed(out, state->updated.value);
    append_signed(out, state->horizon.value);
    append_number(out, state->seen.size());
    for (const auto& [second, rows] : state->seen) {
      append_signed(out, second.value);
      append_signed(out, rows);
    }
  }
  append_number(out, numbers_.size());
  out += place_bytes_;
  append_number(out, count_);
  out += traces_;
  numbers_.clear();
  place_bytes_.clear();
  traces_.clear();
  count_ = 0;
  return out;
}

std::optional<FactChunk> read_fact_chunk(std::string_view bytes) {
  if (!bytes.starts_with(kVersion)) return std::nullopt;
  ChunkReader in(bytes.substr(kVersion.size()));
  FactChunk chunk;
  chunk.previous = in.bytes();
  chunk.previous_time = {in.signed_number()};
  if (in.number() == 1) chunk.state = read_state(in);
  const std::uint64_t places = in.count();
  for (std::uint64_t i = 0; i < places && !in.failed(); ++i) {
    if (chunk.places.number(read_place(in)) != i) in.fail();
  }
  for (std::uint64_t left = in.count(); left > 0 && !in.failed(); --left) {
    TraceFacts& trace = chunk.traces.emplace_back();
    std::ranges::copy(in.take(trace.id.bytes.size()), trace.id.bytes.begin());
    trace.start = {in.signed_number()};
    trace.base = static_cast<double>(in.signed_number());
    trace.facts.resize(in.count());
    for (Fact& fact : trace.facts) fact = read_fact(in, places);
  }
  if (in.failed() || !in.at_end()) return std::nullopt;
  return chunk;
}

}  // namespace tetrascope::xray
