#include "slices/aws/event_stream.h"

#include <zlib.h>

#include <cstdint>
#include <initializer_list>
#include <utility>

namespace tetrascope::aws {
namespace {

constexpr char kTextHeader = 7;

void append_number(std::uint32_t number, int bytes, std::string& out) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out += static_cast<char>((number >> shift) & 0xff);
}

std::uint32_t checksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

using Header = std::pair<std::string_view, std::string_view>;

/// Total length, length of the headers, checksum of these two, headers, payload, checksum of it all.
std::string message(std::initializer_list<Header> headers, std::string_view payload) {
  std::string block;
  for (const auto& [name, value] : headers) {
    append_number(static_cast<std::uint32_t>(name.size()), 1, block);
    block += name;
    block += kTextHeader;
    append_number(static_cast<std::uint32_t>(value.size()), 2, block);
    block += value;
  }
  constexpr std::size_t kAround = 16;
  std::string out;
  out.reserve(kAround + block.size() + payload.size());
  append_number(static_cast<std::uint32_t>(kAround + block.size() + payload.size()), 4, out);
  append_number(static_cast<std::uint32_t>(block.size()), 4, out);
  append_number(checksum(out), 4, out);
  out += block;
  out += payload;
  append_number(checksum(out), 4, out);
  return out;
}

}  // namespace

std::string event_message(std::string_view type, std::string_view content_type, std::string_view payload) {
  return message({{":message-type", "event"}, {":event-type", type}, {":content-type", content_type}}, payload);
}

std::string exception_message(std::string_view type, std::string_view payload) {
  return message({{":message-type", "exception"}, {":exception-type", type}, {":content-type", "application/json"}},
                 payload);
}

}  // namespace tetrascope::aws
