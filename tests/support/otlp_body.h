#pragma once
// OTLP requests as protobuf, put together from their parts: message({field, field, …}) with the field numbers of the
// protocol (dossier of otlp, or opentelemetry-proto).

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include <protozero/pbf_writer.hpp>

namespace tetrascope::otlp_body {

/// One encoded field, or several.
using Field = std::string;

inline std::string message(std::initializer_list<Field> fields) {
  std::string bytes;
  for (const auto& field : fields) bytes += field;
  return bytes;
}
inline Field bytes(std::uint32_t number, std::string_view value) {
  std::string out;
  protozero::pbf_writer(out).add_bytes(number, value.data(), value.size());
  return out;
}
inline Field varint(std::uint32_t number, std::uint64_t value) {
  std::string out;
  protozero::pbf_writer(out).add_uint64(number, value);
  return out;
}
inline Field sint(std::uint32_t number, std::int32_t value) {
  std::string out;
  protozero::pbf_writer(out).add_sint32(number, value);
  return out;
}
inline Field fixed64(std::uint32_t number, std::uint64_t value) {
  std::string out;
  protozero::pbf_writer(out).add_fixed64(number, value);
  return out;
}
inline Field fixed32(std::uint32_t number, std::uint32_t value) {
  std::string out;
  protozero::pbf_writer(out).add_fixed32(number, value);
  return out;
}
inline Field real(std::uint32_t number, double value) {
  std::string out;
  protozero::pbf_writer(out).add_double(number, value);
  return out;
}

/// AnyValues.
inline std::string text(std::string_view value) { return bytes(1, value); }
inline std::string boolean(bool value) { return varint(2, value ? 1 : 0); }
inline std::string integer(std::int64_t value) { return varint(3, static_cast<std::uint64_t>(value)); }
inline std::string floating(double value) { return real(4, value); }
inline std::string array(std::initializer_list<std::string> values) {
  std::string items;
  for (const auto& value : values) items += bytes(1, value);
  return bytes(5, items);
}
inline std::string raw(std::string_view value) { return bytes(7, value); }
/// KeyValue.
inline std::string pair(std::string_view key, std::string_view any) { return bytes(1, key) + bytes(2, any); }
inline std::string map(std::initializer_list<std::string> pairs) {
  std::string items;
  for (const auto& entry : pairs) items += bytes(1, entry);
  return bytes(6, items);
}
/// `depth` arrays around a number.
inline std::string nested(int depth) {
  std::string value = integer(1);
  for (int i = 0; i < depth; ++i) value = bytes(5, bytes(1, value));
  return value;
}

/// A request with one resource and one scope. `resource`, `scope`: their messages; `records`: messages of field 2.
inline std::string request(std::string_view resource, std::string_view scope,
                           std::initializer_list<std::string> records) {
  std::string group = bytes(1, scope);
  for (const auto& record : records) group += bytes(2, record);
  return bytes(1, bytes(1, resource) + bytes(2, group));
}

inline constexpr std::string_view kTraceId = "0123456789abcdef";
inline constexpr std::string_view kSpanId = "spanspan";
inline std::string span(std::string_view name, const std::string& more = {}) {
  return bytes(1, kTraceId) + bytes(2, kSpanId) + bytes(5, name) + more;
}

}  // namespace tetrascope::otlp_body
