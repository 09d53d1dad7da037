#pragma once
// The builder of one attribute's column: a row that lacks the attribute is NULL.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/attribute_layout.h"
#include "model/dictionary.h"
#include "model/native_writer.h"

namespace tetrascope {

/// Rows are named by number, so that a row without the attribute costs nothing: add(row, value) fills what lies between
/// with NULL, encode() what lies behind. Only the add() of its layout's type may be called.
class PromotedColumn {
 public:
  explicit PromotedColumn(const AttributeColumn& column)
      : column_(column), engine_type_(column.engine_type()), width_(column.type == FieldType::kBool ? 1 : 8) {}

  /// False: the row has a value already, which stays.
  bool add(std::size_t row, std::string_view text) {
    if (column_.repeats) return add_id(row, text);
    if (!begin(row)) return false;
    bytes_.append(text);
    ends_.back() = bytes_.size();
    return true;
  }
  /// An integer's or a double's eight bytes.
  template <class Number>
  bool add_number(std::size_t row, Number value) {
    const std::string_view raw(reinterpret_cast<const char*>(&value), sizeof value);
    if (column_.repeats) return add_id(row, raw);
    if (!begin(row)) return false;
    bytes_.append(raw);
    return true;
  }

  [[nodiscard]] const std::string& type() const { return engine_type_; }
  void truncate(std::size_t rows);
  void clear() {
    dictionary_.clear();
    ids_.clear();
    bytes_.clear();
    ends_.clear();
    nulls_.clear();
  }
  void prefix(NativeWriter& out) const {
    if (column_.repeats) out.number<std::uint64_t>(1);
  }
  void encode(NativeWriter& out, std::size_t begin, std::size_t end) const;
  [[nodiscard]] std::size_t memory() const {
    return bytes_.size() + ends_.size() * sizeof(std::size_t) + nulls_.size() + ids_.size() * sizeof(std::uint32_t) +
           dictionary_.memory();
  }

 private:
  [[nodiscard]] bool is_text() const { return column_.type == FieldType::kString; }
  /// Room for a value of `row`, with NULL for the rows before it.
  bool begin(std::size_t row) {
    if (nulls_.size() > row) return false;
    if (is_text()) {
      ends_.resize(row, bytes_.size());
      ends_.push_back(bytes_.size());
    } else {
      bytes_.resize(row * width_);
    }
    nulls_.resize(row, 1);
    nulls_.push_back(0);
    return true;
  }
  bool add_id(std::size_t row, std::string_view value) {
    if (ids_.size() > row) return false;
    const std::uint32_t id = dictionary_.id(value) + 1;  // 0 is NULL
    ids_.resize(row, 0);
    ids_.push_back(id);
    return true;
  }
  void encode_repeating(NativeWriter& out, std::size_t begin, std::size_t end) const;

  AttributeColumn column_;
  std::string engine_type_;
  std::size_t width_;
  // Of a column whose values repeat. Numbers stand in the dictionary as their bytes.
  Dictionary dictionary_;
  std::vector<std::uint32_t> ids_;
  // Of one whose values do not.
  std::string bytes_;
  std::vector<std::size_t> ends_;  ///< of texts: text i is bytes_[ends_[i-1], ends_[i])
  std::vector<std::uint8_t> nulls_;
};

}  // namespace tetrascope
