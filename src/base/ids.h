#pragma once
// Trace and span ids: 16 and 8 bytes inside, hexadecimal at the edges.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tetrascope {

/// `N` raw bytes. All zero means "none", as W3C Trace Context has it.
template <std::size_t N>
struct Id {
  std::array<std::uint8_t, N> bytes{};
  friend bool operator==(const Id&, const Id&) = default;

  [[nodiscard]] bool empty() const { return *this == Id{}; }
  [[nodiscard]] std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), N}; }
};
using TraceId = Id<16>;
using SpanId = Id<8>;

/// An id as a client wrote it: the bytes to store and join by, and the client's own text where those do not give it
/// back.
template <std::size_t N>
struct NamedId {
  Id<N> id;
  std::string text;  ///< empty when lower-case hex of `id` is what the client sent
};

/// Lower-case hex, two digits a byte.
std::string to_hex(std::string_view bytes);
template <std::size_t N>
std::string to_hex(const Id<N>& id) {
  return to_hex(id.view());
}
/// Either letter case; nullopt when the length is odd or a character is no hex digit.
std::optional<std::string> from_hex(std::string_view digits);

/// Raw bytes to an id. Fewer than N are padded with zeros on the left (B3's 64-bit trace ids), more or none at all
/// are hashed (128-bit, stable over versions) and `text` keeps their hex, so that no two clients' ids meet by
/// truncation.
NamedId<16> trace_id_from_bytes(std::string_view bytes);
NamedId<8> span_id_from_bytes(std::string_view bytes);
/// Text to an id: hex of at most 2N digits, or X-Ray's `1-5759e988-bd862e3fe1be46a994272793`, is that id; any other
/// text is hashed. `text` is kept whenever to_hex(id) differs from what was given.
NamedId<16> trace_id_from_text(std::string_view text);
NamedId<8> span_id_from_text(std::string_view text);

/// The two halves of a 128-bit hash (XXH3) that is the same over versions and machines, so that it may be stored.
std::array<std::uint64_t, 2> stable_hash(std::string_view bytes);

}  // namespace tetrascope
