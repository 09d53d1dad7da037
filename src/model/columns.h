#pragma once
// Column builders: values go in row by row, ClickHouse's Native bytes come out for any range of rows.
//
// Every column has
//   type()                      ClickHouse's name of its type, from which the DDL is written
//   size(), truncate(rows)      rows; the newest ones can be taken back (a request that failed half-way)
//   clear()                     all rows go, and what is known of their values; memory stays for the next ones
//   prefix(out)                 what Native puts before the column's data (the version of a dictionary)
//   encode(out, begin, end)     data of the rows [begin, end)
//   memory()                    bytes held, for the bounds of a batch

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "model/dictionary.h"
#include "model/native_writer.h"

namespace tetrascope {

template <class T>
constexpr std::string_view number_type_name() {
  if constexpr (std::is_same_v<T, std::uint8_t>) return "UInt8";
  if constexpr (std::is_same_v<T, std::uint16_t>) return "UInt16";
  if constexpr (std::is_same_v<T, std::uint32_t>) return "UInt32";
  if constexpr (std::is_same_v<T, std::uint64_t>) return "UInt64";
  if constexpr (std::is_same_v<T, std::int32_t>) return "Int32";
  if constexpr (std::is_same_v<T, std::int64_t>) return "Int64";
  if constexpr (std::is_same_v<T, double>) return "Float64";
}

template <class T>
class NumberColumn {
 public:
  static std::string type() { return std::string(number_type_name<T>()); }
  void add(T value) { values_.push_back(value); }
  [[nodiscard]] std::size_t size() const { return values_.size(); }
  void truncate(std::size_t rows) { values_.resize(rows); }
  void clear() { values_.clear(); }
  static void prefix(NativeWriter& /*out*/) {}
  void encode(NativeWriter& out, std::size_t begin, std::size_t end) const {
    out.raw(values_.data() + begin, (end - begin) * sizeof(T));
  }
  [[nodiscard]] std::size_t memory() const { return values_.size() * sizeof(T); }
  [[nodiscard]] T operator[](std::size_t row) const { return values_[row]; }

 private:
  std::vector<T> values_;
};

class BoolColumn : public NumberColumn<std::uint8_t> {
 public:
  static std::string type() { return "Bool"; }
  void add(bool value) { NumberColumn::add(value ? 1 : 0); }
};

template <std::size_t N>
class IdColumn {
 public:
  static std::string type() { return "FixedString(" + std::to_string(N) + ")"; }
  void add(const Id<N>& id) { bytes_.insert(bytes_.end(), id.bytes.begin(), id.bytes.end()); }
  [[nodiscard]] std::size_t size() const { return bytes_.size() / N; }
  void truncate(std::size_t rows) { bytes_.resize(rows * N); }
  void clear() { bytes_.clear(); }
  static void prefix(NativeWriter& /*out*/) {}
  void encode(NativeWriter& out, std::size_t begin, std::size_t end) const {
    out.raw(bytes_.data() + begin * N, (end - begin) * N);
  }
  [[nodiscard]] std::size_t memory() const { return bytes_.size(); }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// Text that seldom repeats.
class StringColumn {
 public:
  static std::string type() { return "String"; }
  void add(std::string_view text) {
    bytes_.append(text);
    ends_.push_back(bytes_.size());
  }
  [[nodiscard]] std::size_t size() const { return ends_.size(); }
  void truncate(std::size_t rows) {
    bytes_.resize(rows == 0 ? 0 : ends_[rows - 1]);
    ends_.resize(rows);
  }
  void clear() { truncate(0); }
  static void prefix(NativeWriter& /*out*/) {}
  void encode(NativeWriter& out, std::size_t begin, std::size_t end) const {
    for (std::size_t row = begin; row < end; ++row) out.text((*this)[row]);
  }
  [[nodiscard]] std::size_t memory() const { return bytes_.size() + ends_.size() * sizeof(std::size_t); }
  [[nodiscard]] std::string_view operator[](std::size_t row) const {
    const std::size_t start = row == 0 ? 0 : ends_[row - 1];
    return std::string_view(bytes_).substr(start, ends_[row] - start);
  }

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

/// Text that repeats: each distinct one is kept once a block.
class LowCardinalityColumn {
 public:
  static std::string type() { return "LowCardinality(String)"; }
  std::uint32_t add(std::string_view text) {
    const std::uint32_t id = dictionary_.id(text);
    ids_.push_back(id);
    return id;
  }
  void add_id(std::uint32_t id) { ids_.push_back(id); }
  /// The newest row's text once more. There must be one.
  void add_again() { ids_.push_back(ids_.back()); }
  [[nodiscard]] std::uint32_t id(std::string_view text) { return dictionary_.id(text); }
  [[nodiscard]] const Dictionary& dictionary() const { return dictionary_; }
  [[nodiscard]] std::size_t size() const { return ids_.size(); }
  void truncate(std::size_t rows) { ids_.resize(rows); }
  void clear() {
    ids_.clear();
    dictionary_.clear();
  }
  static void prefix(NativeWriter& out) { out.number<std::uint64_t>(1); }
  void encode(NativeWriter& out, std::size_t begin, std::size_t end) const;
  [[nodiscard]] std::size_t memory() const { return ids_.size() * sizeof(std::uint32_t) + dictionary_.memory(); }
  [[nodiscard]] std::string_view operator[](std::size_t row) const { return dictionary_.at(ids_[row]); }

 private:
  Dictionary dictionary_;
  std::vector<std::uint32_t> ids_;
};

/// `Inner` elements, some number a row: add them to `elements`, then end_row().
template <class Inner>
class ArrayColumn {
 public:
  Inner elements;

  static std::string type() { return "Array(" + Inner::type() + ")"; }
  void end_row() { ends_.push_back(elements.size()); }
  [[nodiscard]] std::size_t size() const { return ends_.size(); }
  void truncate(std::size_t rows) {
    elements.truncate(rows == 0 ? 0 : ends_[rows - 1]);
    ends_.resize(rows);
  }
  void clear() {
    elements.clear();
    ends_.clear();
  }
  static void prefix(NativeWriter& out) { Inner::prefix(out); }
  void encode(NativeWriter& out, std::size_t begin, std::size_t end) const {
    const std::size_t first = begin == 0 ? 0 : ends_[begin - 1];
    for (std::size_t row = begin; row < end; ++row) out.number<std::uint64_t>(ends_[row] - first);
    elements.encode(out, first, end == 0 ? 0 : ends_[end - 1]);
  }
  [[nodiscard]] std::size_t memory() const { return elements.memory() + ends_.size() * sizeof(std::size_t); }

 private:
  std::vector<std::size_t> ends_;
};

/// Keys that repeat, and texts: add(key), or add_id() with a key's number, once for each element, then end_row().
/// Values are declared Nullable though none is NULL: so the engine tells a key that a row lacks from one with an empty
/// value by reading that key alone, where mapContains() reads the whole map (1 M rows of nine keys: 40 instead of
/// 510 ms; the flags compress to nothing).
class MapColumn {
 public:
  static std::string type() { return "Map(LowCardinality(String), Nullable(String))"; }
  /// The key's number in the block's dictionary.
  std::uint32_t add(std::string_view key, std::string_view value) {
    values_.add(value);
    return keys_.add(key);
  }
  void add_id(std::uint32_t key, std::string_view value) {
    values_.add(value);
    keys_.add_id(key);
  }
  void end_row() { ends_.push_back(keys_.size()); }
  /// Of all rows' elements, one after another.
  [[nodiscard]] const LowCardinalityColumn& keys() const { return keys_; }
  [[nodiscard]] const StringColumn& values() const { return values_; }
  [[nodiscard]] std::size_t size() const { return ends_.size(); }
  /// Place behind the last element of a row.
  [[nodiscard]] std::size_t end_of(std::size_t row) const { return ends_[row]; }
  void truncate(std::size_t rows) {
    const std::size_t elements = rows == 0 ? 0 : ends_[rows - 1];
    keys_.truncate(elements);
    values_.truncate(elements);
    ends_.resize(rows);
  }
  void clear() {
    keys_.clear();
    values_.clear();
    ends_.clear();
  }
  static void prefix(NativeWriter& out) { LowCardinalityColumn::prefix(out); }
  void encode(NativeWriter& out, std::size_t begin, std::size_t end) const;
  [[nodiscard]] std::size_t memory() const {
    return keys_.memory() + values_.memory() + ends_.size() * sizeof(std::size_t);
  }

 private:
  LowCardinalityColumn keys_;
  StringColumn values_;
  std::vector<std::size_t> ends_;
};

}  // namespace tetrascope
