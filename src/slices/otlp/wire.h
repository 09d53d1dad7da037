#pragma once
// Protobuf fields of hostile bytes. protozero walks them; this adds what it leaves to its caller: wire types are
// checked before values are read, text must be UTF-8, groups of unknown numbers are passed over.

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>

namespace tetrascope::otlp {

struct WrongWireType : protozero::exception {
  [[nodiscard]] const char* what() const noexcept override { return "a field has the wrong wire type"; }
};
struct NotUtf8 : protozero::exception {
  [[nodiscard]] const char* what() const noexcept override { return "a text is not UTF-8"; }
};
struct TooDeep : protozero::exception {
  [[nodiscard]] const char* what() const noexcept override { return "values are nested too deep"; }
};
/// The request's budget is used up: no malformed bytes, but kTooLarge.
struct TooMuch : protozero::exception {
  [[nodiscard]] const char* what() const noexcept override { return "too many records"; }
};

/// What is wrong, in words for the client: the library's own speak of itself.
std::string_view reason_of(const protozero::exception& error);

/// Most texts are short and ASCII: eight bytes at a time, before the general check for UTF-8 is asked.
inline bool is_ascii(std::string_view text) {
  const auto word = [](const char* at) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, at, sizeof eight);
    return eight;
  };
  const char* const end = text.data() + text.size();
  std::uint64_t bits = 0;
  if (text.size() >= 8) {
    for (const char* at = text.data(); end - at > 8; at += 8) bits |= word(at);
    bits |= word(end - 8);
  } else {
    for (const char c : text) bits |= static_cast<unsigned char>(c);
  }
  return (bits & 0x8080808080808080U) == 0;
}

/// The fields of one message: `while (fields.next()) switch (fields.number()) …`, each read once or skipped. All
/// members may throw protozero::exception, which decode functions turn into an Error.
class Fields {
 public:
  using Type = protozero::pbf_wire_type;
  explicit Fields(std::string_view message) : reader_(message.data(), message.size()) {}

  bool next() {
    // The wire type stands in the low bits of a tag's first byte, so a group is seen before protozero refuses it.
    while (reader_.length() > 0 && (static_cast<unsigned char>(*reader_.data().data()) & 7U) == 3U) skip_group();
    return reader_.next();
  }
  [[nodiscard]] std::uint32_t number() const { return reader_.tag(); }
  void skip() { reader_.skip(); }

  std::string_view bytes() {
    want(Type::length_delimited);
    const auto view = reader_.get_view();
    return {view.data(), view.size()};
  }
  std::string_view text();
  std::uint64_t varint() { return want(Type::varint), reader_.get_uint64(); }
  std::int64_t integer() { return static_cast<std::int64_t>(varint()); }
  std::int32_t int32() { return static_cast<std::int32_t>(varint()); }
  std::uint32_t uint32() { return static_cast<std::uint32_t>(varint()); }
  std::int32_t sint32() { return want(Type::varint), reader_.get_sint32(); }
  bool flag() { return varint() != 0; }
  std::uint64_t fixed64() { return want(Type::fixed64), reader_.get_fixed64(); }
  std::int64_t sfixed64() { return static_cast<std::int64_t>(fixed64()); }
  std::uint32_t fixed32() { return want(Type::fixed32), reader_.get_fixed32(); }
  double number64() { return want(Type::fixed64), reader_.get_double(); }

  /// Repeated numbers, packed or one by one; appended.
  template <class T>
  void fixed_numbers(std::vector<T>& out) {
    static_assert(sizeof(T) == 8);
    if (reader_.wire_type() == Type::fixed64) return append_fixed(fixed_bytes(), out);
    const std::string_view packed = bytes();
    if (packed.size() % sizeof(T) != 0) throw protozero::invalid_length_exception{};
    append_fixed(packed, out);
  }
  void varints(std::vector<std::uint64_t>& out);

 private:
  void want(Type type) const {
    if (reader_.wire_type() != type) throw WrongWireType{};
  }
  std::string_view fixed_bytes() {
    const char* begin = reader_.data().data();
    reader_.skip();
    return {begin, 8};
  }
  template <class T>
  static void append_fixed(std::string_view numbers, std::vector<T>& out) {
    if (numbers.empty()) return;
    const std::size_t before = out.size();
    out.resize(before + numbers.size() / sizeof(T));
    std::memcpy(out.data() + before, numbers.data(), numbers.size());
  }
  void skip_group();

  protozero::pbf_reader reader_;
};

}  // namespace tetrascope::otlp
