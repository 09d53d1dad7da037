#include "storage/rows.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "storage/column_type.h"

namespace tetrascope {
namespace {

constexpr std::size_t kMaxColumns = 10'000;

/// Reads from the front of bytes that may be anything; the first read past the end makes every later one fail too.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes), size_(bytes.size()) {}

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }
  [[nodiscard]] std::size_t position() const { return size_ - rest_.size(); }

  std::string_view bytes(std::uint64_t count) {
    if (failed_ || count > rest_.size()) {
      fail_here();
      return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  /// LEB128, at most 64 bits.
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::string_view byte = bytes(1);
      if (failed_) return 0;
      const auto bits = static_cast<unsigned char>(byte[0]);
      value |= static_cast<std::uint64_t>(bits & 0x7f) << shift;
      if (bits < 0x80) return value;
    }
    fail_here();
    return 0;
  }
  std::string_view text() { return bytes(varint()); }
  /// Little endian, 1 to 8 bytes.
  std::uint64_t integer(std::size_t width) {
    const std::string_view raw = bytes(width);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < raw.size(); ++i) value |= std::uint64_t{static_cast<unsigned char>(raw[i])} << (8 * i);
    return value;
  }
  void fail_here() { failed_ = true; }

 private:
  std::string_view rest_;
  std::size_t size_;
  bool failed_ = false;
};

std::int64_t sign_extended(std::uint64_t value, std::size_t width) {
  const unsigned unused = 64 - 8 * static_cast<unsigned>(width);
  return static_cast<std::int64_t>(value << unused) >> unused;
}

Value read_value(const ColumnType& type, Reader& in);

/// How many elements follow, of at least `least` bytes each: more than the input can hold is a failure, not an
/// allocation.
std::size_t read_count(std::size_t least, Reader& in) {
  const std::uint64_t count = in.varint();
  if (in.failed() || count == 0) return 0;
  if (least == 0 || count > in.left() / least) {
    in.fail_here();
    return 0;
  }
  return count;
}

Value read_map(const ColumnType& type, Reader& in) {
  const std::size_t count = read_count(type.children[0].least_bytes() + type.children[1].least_bytes(), in);
  Object object;
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    Value key = read_value(type.children[0], in);
    Value value = read_value(type.children[1], in);
    std::string name;
    if (const auto* text = key.as<std::string>()) {
      name = *text;
    } else if (const auto* bytes = key.as<Bytes>()) {
      name = bytes->data;
    } else {
      name = to_plain_json(key);
    }
    object.emplace_back(std::move(name), std::move(value));
  }
  return object;
}

Value read_array(const ColumnType& type, Reader& in) {
  const std::size_t count = read_count(type.children[0].least_bytes(), in);
  Array array;
  for (std::size_t i = 0; i < count && !in.failed(); ++i) array.push_back(read_value(type.children[0], in));
  return array;
}

Value read_value(const ColumnType& type, Reader& in) {
  switch (type.layout) {
    case Layout::kBool:
      return in.integer(1) != 0;
    case Layout::kInt:
      return sign_extended(in.integer(type.width), type.width);
    case Layout::kUnsigned: {
      const std::uint64_t value = in.integer(type.width);
      if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return static_cast<double>(value);
      return static_cast<std::int64_t>(value);
    }
    case Layout::kFloat: {
      const std::uint64_t raw = in.integer(type.width);
      if (type.width == 4) return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(raw)));
      return std::bit_cast<double>(raw);
    }
    case Layout::kString:
      return std::string(in.text());
    case Layout::kFixedString:
      return Bytes{std::string(in.bytes(type.width))};
    case Layout::kNullable:
      if (in.integer(1) != 0) return {};
      return read_value(type.children[0], in);
    case Layout::kNothing:
      in.fail_here();
      return {};
    case Layout::kArray:
      return read_array(type, in);
    case Layout::kMap:
      return read_map(type, in);
    case Layout::kTuple: {
      Array array;
      for (const ColumnType& child : type.children) array.push_back(read_value(child, in));
      return array;
    }
  }
  return {};
}

std::unexpected<Error> ends_early(const Reader& in) {
  return fail(ErrorCode::kInternal, "answer: not complete at byte " + std::to_string(in.position()));
}

}  // namespace

std::size_t Rows::index_of(std::string_view column) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == column; });
  return static_cast<std::size_t>(found - columns.begin());
}

Result<Rows> decode_row_binary(std::string_view bytes) {
  Rows out;
  if (bytes.empty()) return out;  // a statement without an answer: DDL
  Reader in(bytes);
  const std::uint64_t count = in.varint();
  if (in.failed() || count > kMaxColumns) return ends_early(in);
  for (std::uint64_t i = 0; i < count && !in.failed(); ++i) out.columns.push_back({std::string(in.text()), ""});
  for (std::uint64_t i = 0; i < count && !in.failed(); ++i) out.columns[i].type = in.text();
  if (in.failed()) return ends_early(in);

  std::vector<ColumnType> types;
  std::size_t least = 0;
  for (const Rows::Column& column : out.columns) {
    ASSIGN_OR_RETURN(ColumnType type, parse_column_type(column.type));
    least += type.least_bytes();
    types.push_back(std::move(type));
  }
  while (!in.at_end()) {
    if (least == 0) return ends_early(in);  // rows without bytes have no end
    std::vector<Value> row;
    row.reserve(types.size());
    for (const ColumnType& type : types) row.push_back(read_value(type, in));
    if (in.failed()) return ends_early(in);
    out.rows.push_back(std::move(row));
  }
  return out;
}

}  // namespace tetrascope
