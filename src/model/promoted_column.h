#pragma once
// The builder of one attribute's own column.

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/attribute_form.h"
#include "model/attribute_layout.h"
#include "model/dictionary.h"
#include "model/native_writer.h"

namespace tetrascope {

/// Rows are named by number, so that a row without the attribute costs nothing: add(row, value) fills what lies between
/// with NULL, or what stands for it, encode() what lies behind. Only the add of its layout's type may be called.
class PromotedColumn {
 public:
  explicit PromotedColumn(const AttributeColumn& column);

  /// False: the row has a value already, which stays, or the value is what stands for missing.
  bool add(std::size_t row, std::string_view text) {
    if (column_.repeats) return add_id(row, text);
    if (ends_.size() > row) return false;
    nulls_.resize(row, 1);
    nulls_.push_back(0);
    ends_.resize(row, bytes_.size());
    bytes_.append(text);
    ends_.push_back(bytes_.size());
    return true;
  }
  bool add(std::size_t row, std::int64_t value) { return add_number(row, number_bytes(value)); }
  bool add(std::size_t row, double value) { return add_number(row, number_bytes(value)); }
  template <std::same_as<bool> Bool>  // and nothing that could be taken for one
  bool add(std::size_t row, Bool value) {
    return add_number(row, value ? "\1" : std::string_view("\0", 1));
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
  bool add_number(std::size_t row, std::string_view bytes) {
    if (column_.repeats) return add_id(row, bytes);
    if (bytes == missing_ || bytes_.size() > row * missing_.size()) return false;
    while (bytes_.size() < row * missing_.size()) bytes_.append(missing_);
    bytes_.append(bytes);
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
  void encode_texts(NativeWriter& out, std::size_t begin, std::size_t end) const;

  AttributeColumn column_;
  std::string engine_type_;
  std::string missing_;  ///< the bytes of a number of a row without the attribute
  // Of a column whose values repeat. Numbers stand in the dictionary as their bytes.
  Dictionary dictionary_;
  std::vector<std::uint32_t> ids_;
  // Of one whose values do not.
  std::string bytes_;
  std::vector<std::size_t> ends_;  ///< of texts: text i is bytes_[ends_[i-1], ends_[i])
  std::vector<std::uint8_t> nulls_;
};

}  // namespace tetrascope
