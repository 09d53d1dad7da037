#pragma once
// What one group commit hands to the store: of each table the rows that arrived in one week, as one insert.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "ingest/batch.h"
#include "model/native_writer.h"

namespace tetrascope {

inline constexpr std::size_t kBatchTables = 5;
/// Rows of each table of a Batch, in the order of Batch::each.
using TableRows = std::array<std::size_t, kBatchTables>;

TableRows rows_of(const Batch& batch);
std::string_view table_name(std::size_t table);

/// Used again and again, for the sake of its memory.
class Commit {
 public:
  struct Piece {
    std::size_t table = 0;
    std::int64_t week = 0;  ///< of arrival: by which tables are partitioned
    NativeWriter native;
  };

  /// Rows [begin, end) of each table.
  void add(const Batch& batch, const TableRows& begin, const TableRows& end);
  /// Those of one table.
  void add(const Batch& batch, std::size_t table, std::size_t begin, std::size_t end);
  /// Documents first: where a store takes one after the other, a kill in between leaves no row whose document is
  /// missing.
  [[nodiscard]] std::vector<const Piece*> pieces() const;
  /// All rows go; memory stays, unless it is much.
  void clear();

 private:
  NativeWriter& piece_of(std::size_t table, std::int64_t week);

  std::vector<Piece> pieces_;
};

}  // namespace tetrascope
