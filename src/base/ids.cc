#include "base/ids.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

namespace tetrascope {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

template <std::size_t N>
Id<N> hashed(std::string_view text) {
  const auto hash = stable_hash(text);
  Id<N> id;
  std::memcpy(id.bytes.data(), hash.data(), N);
  return id;
}

template <std::size_t N>
NamedId<N> id_from_bytes(std::string_view bytes) {
  NamedId<N> named;
  if (bytes.size() > N) return {hashed<N>(bytes), to_hex(bytes)};
  std::copy(bytes.begin(), bytes.end(), named.id.bytes.end() - static_cast<std::ptrdiff_t>(bytes.size()));
  if (!bytes.empty() && bytes.size() < N) named.text = to_hex(bytes);
  return named;
}

template <std::size_t N>
NamedId<N> id_from_text(std::string_view text, std::string_view digits) {
  NamedId<N> named;
  if (text.empty()) return named;
  std::string padded(2 * N, '0');
  if (digits.size() <= 2 * N) {
    std::copy(digits.begin(), digits.end(), padded.end() - static_cast<std::ptrdiff_t>(digits.size()));
    if (const auto bytes = from_hex(padded)) {
      std::copy(bytes->begin(), bytes->end(), named.id.bytes.begin());
      if (to_hex(named.id) != text) named.text = text;
      return named;
    }
  }
  return {hashed<N>(text), std::string(text)};
}

/// X-Ray's `1-8 digits-24 digits` without its version and dashes; other text as it is.
std::string without_xray_form(std::string_view text) {
  if (text.size() != 35 || !text.starts_with("1-") || text[10] != '-') return std::string(text);
  return std::string(text.substr(2, 8)).append(text.substr(11));
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

std::optional<std::string> from_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = hex_digit(digits[i]);
    const int low = hex_digit(digits[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

NamedId<16> trace_id_from_bytes(std::string_view bytes) { return id_from_bytes<16>(bytes); }
NamedId<8> span_id_from_bytes(std::string_view bytes) { return id_from_bytes<8>(bytes); }
NamedId<16> trace_id_from_text(std::string_view text) { return id_from_text<16>(text, without_xray_form(text)); }
NamedId<8> span_id_from_text(std::string_view text) { return id_from_text<8>(text, text); }

std::array<std::uint64_t, 2> stable_hash(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.low64, hash.high64};
}

}  // namespace tetrascope
