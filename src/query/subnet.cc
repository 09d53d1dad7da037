#include "query/subnet.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace tetrascope::plan {
namespace {

using Address = std::array<std::uint8_t, 16>;
constexpr int kMappedBits = 96;  // ::ffff:0:0/96 holds IPv4

struct ParsedAddress {
  Address bytes{};
  int bits = 0;  ///< 32 or 128
};

std::optional<ParsedAddress> parse_address(const std::string& text) {
  ParsedAddress parsed;
  if (inet_pton(AF_INET6, text.c_str(), parsed.bytes.data()) == 1) {
    parsed.bits = 128;
    return parsed;
  }
  if (inet_pton(AF_INET, text.c_str(), parsed.bytes.data() + 12) != 1) return std::nullopt;
  parsed.bytes[10] = parsed.bytes[11] = 0xff;
  parsed.bits = 32;
  return parsed;
}

std::string to_text(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, address.data(), text.data(), text.size());
  return text.data();
}

}  // namespace

Result<AddressRange> parse_subnet(std::string_view text) {
  const auto bad = [] { return fail(ErrorCode::kInvalid, "bad subnet, want one like 10.0.0.0/8 or fd00::/8"); };
  const std::size_t slash = text.find('/');
  const std::string address_text(text.substr(0, slash));
  if (address_text.find('\0') != std::string::npos) return bad();
  const std::optional<ParsedAddress> address = parse_address(address_text);
  if (!address) return bad();
  int prefix = address->bits;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc() || end != digits.data() + digits.size() || prefix < 0 || prefix > address->bits)
      return bad();
  }
  if (address->bits == 32) prefix += kMappedBits;
  Address first = address->bytes;
  Address last = address->bytes;
  for (int bit = prefix; bit < 128; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80 >> (bit % 8));
    first[static_cast<std::size_t>(bit / 8)] &= static_cast<std::uint8_t>(~mask);
    last[static_cast<std::size_t>(bit / 8)] |= mask;
  }
  return AddressRange{to_text(first), to_text(last)};
}

}  // namespace tetrascope::plan
