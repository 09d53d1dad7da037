#pragma once
// The byte-level pieces of ClickHouse's Native format, which is how rows reach the engine without being parsed as text.

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace tetrascope {

class NativeWriter {
 public:
  void varint(std::uint64_t value) {
    while (value >= 0x80) {
      bytes_.push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    bytes_.push_back(static_cast<char>(value));
  }
  void text(std::string_view value) {
    varint(value.size());
    bytes_.append(value);
  }
  /// Little-endian, as the format has it and as every machine that ClickHouse runs on.
  template <class T>
    requires std::is_arithmetic_v<T>
  void number(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void raw(const void* data, std::size_t size) { bytes_.append(static_cast<const char*>(data), size); }

  void fill(char byte, std::size_t count) { bytes_.append(count, byte); }

  [[nodiscard]] std::string_view view() const { return bytes_; }
  void clear() { bytes_.clear(); }

 private:
  std::string bytes_;
};

}  // namespace tetrascope
