#include "data/rounds.h"

#include <cstring>

#include "data/random.h"

namespace tetrascope::bench {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

void add_to_bytes(char* at, std::int64_t amount) {
  std::int64_t value;
  std::memcpy(&value, at, sizeof value);
  value += amount;
  std::memcpy(at, &value, sizeof value);
}

/// A time keeps its number of digits until the year 2286, so that nothing after it moves.
void add_to_digits(char* at, std::size_t digits, std::int64_t amount) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < digits; ++i) value = value * 10 + (at[i] - '0');
  value += amount;
  for (std::size_t i = digits; i-- > 0; value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

std::uint64_t hex_value(const char* at, std::size_t digits) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < digits; ++i)
    value = value << 4U | static_cast<std::uint64_t>(at[i] <= '9' ? at[i] - '0' : at[i] - 'a' + 10);
  return value;
}

void write_hex(char* at, std::size_t digits, std::uint64_t value) {
  for (std::size_t i = digits; i-- > 0; value >>= 4U) at[i] = kHexDigits[value & 15U];
}

}  // namespace

std::uint64_t salt_of_round(std::uint64_t number) { return number == 0 ? 0 : mix(number); }

void apply(const Round& round, std::span<const Mark> marks, char* bytes) {
  for (const Mark mark : marks) {
    char* at = bytes + mark.offset();
    switch (mark.kind()) {
      case MarkKind::kIdBytes: {
        // Ids are big-endian on the wire: the same salt as their hexadecimal form gets.
        std::uint64_t value;
        std::memcpy(&value, at, sizeof value);
        value ^= __builtin_bswap64(round.salt);
        std::memcpy(at, &value, sizeof value);
        break;
      }
      case MarkKind::kIdHex:
        write_hex(at, 16, hex_value(at, 16) ^ round.salt);
        break;
      case MarkKind::kNanosBytes:
        add_to_bytes(at, round.shift_seconds * 1'000'000'000);
        break;
      case MarkKind::kNanosText:
        add_to_digits(at, 19, round.shift_seconds * 1'000'000'000);
        break;
      case MarkKind::kMillisText:
        add_to_digits(at, 13, round.shift_seconds * 1000);
        break;
      case MarkKind::kSecondsText:
        add_to_digits(at, 10, round.shift_seconds);
        break;
      case MarkKind::kSecondsHex:
        write_hex(at, 8, hex_value(at, 8) + static_cast<std::uint64_t>(round.shift_seconds));
        break;
    }
  }
}

}  // namespace tetrascope::bench
