#include "slices/otlp/wire.h"

#include <simdjson.h>

#include <protozero/varint.hpp>

namespace tetrascope::otlp {
namespace {

constexpr int kMaxGroupDepth = 64;
constexpr unsigned kStartGroup = 3, kEndGroup = 4;

void advance(const char*& at, const char* end, std::uint64_t bytes) {
  if (bytes > static_cast<std::uint64_t>(end - at)) throw protozero::end_of_buffer_exception{};
  at += bytes;
}

}  // namespace

std::string_view reason_of(const protozero::exception& error) {
  if (dynamic_cast<const protozero::end_of_buffer_exception*>(&error) != nullptr) return "it ends early";
  if (dynamic_cast<const protozero::varint_too_long_exception*>(&error) != nullptr) return "a number is too long";
  if (dynamic_cast<const protozero::unknown_pbf_wire_type_exception*>(&error) != nullptr) return "an unknown wire type";
  if (dynamic_cast<const protozero::invalid_tag_exception*>(&error) != nullptr) return "a field number out of range";
  if (dynamic_cast<const protozero::invalid_length_exception*>(&error) != nullptr) return "a length that does not fit";
  return error.what();
}

void Fields::skip_group() {
  const char* at = reader_.data().data();
  const char* const end = at + reader_.length();
  int depth = 0;
  do {
    const std::uint64_t tag = protozero::decode_varint(&at, end);
    switch (tag & 7U) {
      case 0:
        protozero::decode_varint(&at, end);
        break;
      case 1:
        advance(at, end, 8);
        break;
      case 2:
        advance(at, end, protozero::decode_varint(&at, end));
        break;
      case kStartGroup:
        if (++depth > kMaxGroupDepth) throw TooDeep{};
        break;
      case kEndGroup:
        --depth;
        break;
      case 5:
        advance(at, end, 4);
        break;
      default:
        throw protozero::unknown_pbf_wire_type_exception{};
    }
  } while (depth > 0);
  reader_ = protozero::pbf_reader(at, static_cast<std::size_t>(end - at));
}

std::string_view Fields::text() {
  const std::string_view text = bytes();
  if (!is_ascii(text) && !simdjson::validate_utf8(text.data(), text.size())) throw NotUtf8{};
  return text;
}

void Fields::varints(std::vector<std::uint64_t>& out) {
  if (reader_.wire_type() == Type::varint) return out.push_back(varint());
  const std::string_view packed = bytes();
  const char* at = packed.data();
  const char* const end = at + packed.size();
  while (at != end) out.push_back(protozero::decode_varint(&at, end));
}

}  // namespace tetrascope::otlp
