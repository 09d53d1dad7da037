#include "data/otlp_attributes.h"

#include <fmt/format.h>

namespace tetrascope::bench {
namespace {

void add_id_bytes(MarkedBytes& out, std::uint64_t id) {
  out.add_marked(raw_view(__builtin_bswap64(id)), MarkKind::kIdBytes);
}

}  // namespace

void AttributeWriter::finish(std::string_view key) {
  pair_.clear();
  add_bytes(pair_, 1, key);
  add_message(pair_, 2, value_);
  add_message(owner_, field_, pair_);
  value_.clear();
}

void AttributeWriter::text(std::string_view key, std::string_view value) {
  add_bytes(value_, 1, value);
  finish(key);
}

void AttributeWriter::id_text(std::string_view key, const std::array<std::uint64_t, 2>& id) {
  add_tag(value_, 1, Wire::kBytes);
  add_varint(value_, 32);
  for (const std::uint64_t half : id) value_.add_marked(fmt::format("{:016x}", half), MarkKind::kIdHex);
  finish(key);
}

void AttributeWriter::integer(std::string_view key, std::int64_t value) {
  add_number(value_, 3, static_cast<std::uint64_t>(value));
  finish(key);
}

void AttributeWriter::number(std::string_view key, double value) {
  add_double(value_, 4, value);
  finish(key);
}

void AttributeWriter::flag(std::string_view key, bool value) {
  add_number(value_, 2, value ? 1 : 0);
  finish(key);
}

std::string id_bytes(const std::array<std::uint64_t, 2>& id) {
  std::string bytes;
  for (const std::uint64_t half : id) bytes += raw_view(__builtin_bswap64(half));
  return bytes;
}

void add_id(MarkedBytes& out, std::uint32_t field, std::uint64_t id) {
  add_tag(out, field, Wire::kBytes);
  add_varint(out, 8);
  add_id_bytes(out, id);
}

void add_id(MarkedBytes& out, std::uint32_t field, const std::array<std::uint64_t, 2>& id) {
  add_tag(out, field, Wire::kBytes);
  add_varint(out, 16);
  for (const std::uint64_t half : id) add_id_bytes(out, half);
}

}  // namespace tetrascope::bench
