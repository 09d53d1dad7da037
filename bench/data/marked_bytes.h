#pragma once
// Bytes of a request body, and where the ids and times stand in it that every round of a replay changes.

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace tetrascope::bench {

/// What stands at a marked place, and how many bytes of it.
enum class MarkKind : std::uint8_t {
  kIdBytes,      ///< 8 bytes of an id; 16 bytes are two marks
  kIdHex,        ///< 16 digits of an id
  kNanosBytes,   ///< a Unix time in nanoseconds, fixed64
  kNanosText,    ///< the same, 19 decimal digits
  kMillisText,   ///< milliseconds, 13 digits
  kSecondsText,  ///< seconds, 10 digits (a fraction may follow: it stays)
  kSecondsHex,   ///< seconds, 8 hexadecimal digits, as an X-Ray trace id begins
};

/// A place in a body: an offset (below 512 MB) and its kind, in four bytes, since a million spans have five million.
struct Mark {
  std::uint32_t packed = 0;
  Mark() = default;
  Mark(std::size_t offset, MarkKind kind)
      : packed(static_cast<std::uint32_t>(offset << 3U) | static_cast<std::uint32_t>(kind)) {}
  [[nodiscard]] std::size_t offset() const { return packed >> 3U; }
  [[nodiscard]] MarkKind kind() const { return static_cast<MarkKind>(packed & 7U); }
};

class MarkedBytes {
 public:
  void add(std::string_view bytes) { bytes_.append(bytes); }
  void add(char byte) { bytes_.push_back(byte); }
  void add(const MarkedBytes& part) {
    for (const Mark mark : part.marks_) marks_.emplace_back(bytes_.size() + mark.offset(), mark.kind());
    bytes_.append(part.bytes_);
  }
  /// `bytes` begins with (or is) what `kind` says.
  void add_marked(std::string_view bytes, MarkKind kind) {
    marks_.emplace_back(bytes_.size(), kind);
    bytes_.append(bytes);
  }
  void clear() {
    bytes_.clear();
    marks_.clear();
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] const std::vector<Mark>& marks() const { return marks_; }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }

 private:
  std::string bytes_;
  std::vector<Mark> marks_;
};

}  // namespace tetrascope::bench
