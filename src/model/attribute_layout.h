#pragma once
// Which attributes have columns of their own. A key that many rows of a table show is given one; all others share a
// map. A column is written, merged and read for a tenth of what a map's element costs
// (docs/adr/0007-attribute-columns.md).

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/field_catalogue.h"

namespace tetrascope {

/// One attribute's column.
struct AttributeColumn {
  std::string key;
  FieldType type = FieldType::kString;  ///< never kJson
  bool repeats = false;                 ///< few distinct values: kept once a block, as a number into a dictionary

  /// `string http:route`: the type and the key, whose dots stand as colons (the engine takes a dot for a sub-column).
  [[nodiscard]] std::string name() const;
  /// `LowCardinality(Nullable(String))` for values that repeat, `Nullable(String)`: NULL where a row has no such
  /// attribute. Or a plain type of numbers, in which one number stands for that (model/attribute_form.h).
  [[nodiscard]] std::string engine_type() const;
  /// SQL of a row's value, NULL where it has none.
  [[nodiscard]] std::string value_sql() const;
  /// SQL of what stands in the column of rows that came before it: from the map.
  [[nodiscard]] std::string default_sql() const;
};

/// From the name and engine type of a stored column; nullopt: it is none of an attribute.
std::optional<AttributeColumn> attribute_column(std::string_view name, std::string_view engine_type);

/// True for keys that a column can be named after: letters, digits, `_`, `-`, `.` and `/`, at most 128 bytes.
bool can_have_column(std::string_view key);

/// The columns of one table. Does not change once it is built; a new column is a new layout.
class AttributeLayout {
 public:
  AttributeLayout() = default;
  explicit AttributeLayout(std::vector<AttributeColumn> columns);

  [[nodiscard]] std::span<const AttributeColumn> columns() const { return columns_; }
  /// The place of the column in columns().
  [[nodiscard]] std::optional<std::uint32_t> find(FieldType type, std::string_view key) const;
  [[nodiscard]] bool has(FieldType type, std::string_view key) const { return find(type, key).has_value(); }
  /// Names of the columns, as name() gives them, in the same order.
  [[nodiscard]] std::string_view name(std::size_t column) const { return names_[column]; }

 private:
  std::vector<AttributeColumn> columns_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::uint32_t> places_;  ///< by name
};

using AttributeLayoutPtr = std::shared_ptr<const AttributeLayout>;

/// Which layout each table has now. Thread-safe: ingest sets it, writers and questions take what there is.
class AttributeLayouts {
 public:
  AttributeLayouts() { layouts_.fill(std::make_shared<const AttributeLayout>()); }

  [[nodiscard]] AttributeLayoutPtr of(Signal signal) const {
    const std::lock_guard lock(mutex_);
    return layouts_[static_cast<std::size_t>(signal)];
  }
  void set(Signal signal, AttributeLayoutPtr layout) {
    const std::lock_guard lock(mutex_);
    layouts_[static_cast<std::size_t>(signal)] = std::move(layout);
  }

 private:
  mutable std::mutex mutex_;
  std::array<AttributeLayoutPtr, kSignals> layouts_;
};

}  // namespace tetrascope
