#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace tetrascope::kit {

/// 16 bytes that all spans, segments, log events and errors of one request share. All zero: none.
/// The first four bytes of ids made here are the Unix time in seconds, as X-Ray wants; the rest is random.
struct TraceId {
  std::array<std::uint8_t, 16> bytes{};

  bool valid() const noexcept;
  /// 32 lower-case hex digits, as in W3C `traceparent`.
  std::string hex() const;
  /// `1-8hex-24hex`, as X-Ray writes the same id.
  std::string xray() const;
  /// From either form; nothing for other lengths, other characters, or all zero.
  static std::optional<TraceId> parse(std::string_view text);
  friend bool operator==(const TraceId& a, const TraceId& b) noexcept { return a.bytes == b.bytes; }
  friend bool operator!=(const TraceId& a, const TraceId& b) noexcept { return !(a == b); }
};

/// 8 random bytes that name one span. All zero: none.
struct SpanId {
  std::array<std::uint8_t, 8> bytes{};

  bool valid() const noexcept;
  std::string hex() const;
  static std::optional<SpanId> parse(std::string_view text);
  friend bool operator==(const SpanId& a, const SpanId& b) noexcept { return a.bytes == b.bytes; }
  friend bool operator!=(const SpanId& a, const SpanId& b) noexcept { return !(a == b); }
};

inline bool TraceId::valid() const noexcept {
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  std::memcpy(&a, bytes.data(), 8);
  std::memcpy(&b, bytes.data() + 8, 8);
  return (a | b) != 0;
}

inline bool SpanId::valid() const noexcept {
  std::uint64_t a = 0;
  std::memcpy(&a, bytes.data(), 8);
  return a != 0;
}

}  // namespace tetrascope::kit
