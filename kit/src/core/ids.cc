#include "tetrascope/kit/ids.h"

#include "core/hex.h"

namespace tetrascope::kit {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool read_hex(std::string_view text, std::uint8_t* out, std::size_t bytes) {
  if (text.size() != 2 * bytes) return false;
  for (std::size_t i = 0; i < bytes; ++i) {
    const int high = digit(text[2 * i]);
    const int low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

void append_hex(std::string& out, const std::uint8_t* data, std::size_t bytes) {
  static const char digits[] = "0123456789abcdef";
  for (std::size_t i = 0; i < bytes; ++i) {
    out += digits[data[i] >> 4];
    out += digits[data[i] & 15];
  }
}

std::string TraceId::hex() const {
  std::string out;
  append_hex(out, bytes.data(), 16);
  return out;
}

std::string TraceId::xray() const {
  std::string out = "1-";
  append_hex(out, bytes.data(), 4);
  out += '-';
  append_hex(out, bytes.data() + 4, 12);
  return out;
}

std::optional<TraceId> TraceId::parse(std::string_view text) {
  TraceId id;
  bool good = false;
  if (text.size() == 35 && text.substr(0, 2) == "1-" && text[10] == '-') {
    good = read_hex(text.substr(2, 8), id.bytes.data(), 4) && read_hex(text.substr(11), id.bytes.data() + 4, 12);
  } else {
    good = read_hex(text, id.bytes.data(), 16);
  }
  return good && id.valid() ? std::optional(id) : std::nullopt;
}

std::string SpanId::hex() const {
  std::string out;
  append_hex(out, bytes.data(), 8);
  return out;
}

std::optional<SpanId> SpanId::parse(std::string_view text) {
  SpanId id;
  return read_hex(text, id.bytes.data(), 8) && id.valid() ? std::optional(id) : std::nullopt;
}

}  // namespace tetrascope::kit
