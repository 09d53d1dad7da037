#pragma once
// A table is declared once, as a struct of column builders with one list of names. DDL, Native blocks and the page's
// field help all come from that list.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/native_writer.h"

namespace tetrascope {

/// What a column's declaration says beside its type.
struct ColumnInfo {
  std::string_view name;
  std::string_view help;        ///< for people: what it holds, in what unit
  std::string_view codec = "";  ///< ClickHouse codec; "" = the table's default
};

/// A table as the DDL needs it.
struct TableSchema {
  struct Column {
    std::string name;
    std::string type;
    std::string codec;
    std::string help;
    std::string alias = "";  ///< SQL that computes it from other columns when it is asked for; "" = it is stored
  };
  std::string name;
  std::vector<Column> columns;
  std::string engine = "MergeTree";
  std::string partition_by;
  std::string order_by;
  std::vector<std::string> indexes;   ///< `name expression TYPE … GRANULARITY n`
  std::vector<std::string> settings;  ///< beyond those of every table
};

/// Base of the tables' builders. `Derived` has
///   template <class Self, class Visit> static void each(Self& self, Visit&& visit)
/// which calls visit(ColumnInfo, column) for every column in order.
template <class Derived>
class TableColumns {
 public:
  [[nodiscard]] std::size_t rows() const {
    std::size_t rows = 0;
    bool first = true;
    Derived::each(self(), [&](const ColumnInfo&, const auto& column) {
      if (first) rows = column.size();
      first = false;
    });
    return rows;
  }
  /// Name of the first column whose length differs from the first one's: a decoder forgot it. "" when all agree.
  [[nodiscard]] std::string_view misaligned() const {
    const std::size_t want = rows();
    std::string_view found;
    Derived::each(self(), [&](const ColumnInfo& info, const auto& column) {
      if (found.empty() && column.size() != want) found = info.name;
    });
    return found;
  }
  /// Takes back the rows from `rows` on, also where only some columns have got their value.
  void truncate(std::size_t rows) {
    Derived::each(self(), [&](const ColumnInfo&, auto& column) { column.truncate(rows); });
  }
  /// All rows go; the memory stays for the next ones.
  void clear() {
    Derived::each(self(), [](const ColumnInfo&, auto& column) { column.clear(); });
  }
  [[nodiscard]] std::size_t memory() const {
    std::size_t bytes = 0;
    Derived::each(self(), [&](const ColumnInfo&, const auto& column) { bytes += column.memory(); });
    return bytes;
  }
  /// Appends one Native block with the rows [begin, end), begin < end.
  void encode(NativeWriter& out, std::size_t begin, std::size_t end) const {
    std::size_t columns = 0;
    Derived::each(self(), [&](const ColumnInfo&, const auto&) { ++columns; });
    out.varint(columns);
    out.varint(end - begin);
    Derived::each(self(), [&](const ColumnInfo& info, const auto& column) {
      out.text(info.name);
      out.text(column.type());
      column.prefix(out);
      column.encode(out, begin, end);
    });
  }
  static std::vector<TableSchema::Column> schema_columns() {
    std::vector<TableSchema::Column> columns;
    const Derived empty;
    Derived::each(empty, [&](const ColumnInfo& info, const auto& column) {
      columns.push_back({std::string(info.name), column.type(), std::string(info.codec), std::string(info.help)});
    });
    return columns;
  }

 private:
  const Derived& self() const { return static_cast<const Derived&>(*this); }
  Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace tetrascope
