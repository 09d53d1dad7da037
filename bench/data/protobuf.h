#pragma once
// Writes protobuf fields whose places stay known: a nested message is finished before it is put into its owner.

#include <bit>
#include <cstdint>
#include <string_view>

#include "data/marked_bytes.h"

namespace tetrascope::bench {

inline void add_varint(MarkedBytes& out, std::uint64_t value) {
  for (; value >= 128; value >>= 7U) out.add(static_cast<char>(value | 128U));
  out.add(static_cast<char>(value));
}

enum class Wire : std::uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

inline void add_tag(MarkedBytes& out, std::uint32_t field, Wire wire) {
  add_varint(out, field << 3U | static_cast<std::uint32_t>(wire));
}
inline void add_number(MarkedBytes& out, std::uint32_t field, std::uint64_t value) {
  add_tag(out, field, Wire::kVarint);
  add_varint(out, value);
}
inline void add_bytes(MarkedBytes& out, std::uint32_t field, std::string_view bytes) {
  add_tag(out, field, Wire::kBytes);
  add_varint(out, bytes.size());
  out.add(bytes);
}
inline void add_message(MarkedBytes& out, std::uint32_t field, const MarkedBytes& message) {
  add_tag(out, field, Wire::kBytes);
  add_varint(out, message.bytes().size());
  out.add(message);
}
template <class T>
std::string_view raw_view(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}
inline void add_fixed32(MarkedBytes& out, std::uint32_t field, std::uint32_t value) {
  add_tag(out, field, Wire::kFixed32);
  out.add(raw_view(value));
}
inline void add_fixed64(MarkedBytes& out, std::uint32_t field, std::uint64_t value) {
  add_tag(out, field, Wire::kFixed64);
  out.add(raw_view(value));
}
inline void add_double(MarkedBytes& out, std::uint32_t field, double value) {
  add_fixed64(out, field, std::bit_cast<std::uint64_t>(value));
}
/// A time, which every round moves.
inline void add_time(MarkedBytes& out, std::uint32_t field, std::uint64_t unix_nanos) {
  add_tag(out, field, Wire::kFixed64);
  out.add_marked(raw_view(unix_nanos), MarkKind::kNanosBytes);
}

}  // namespace tetrascope::bench
