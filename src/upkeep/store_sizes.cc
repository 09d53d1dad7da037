#include "upkeep/store_sizes.h"

#include <algorithm>
#include <system_error>

namespace tetrascope::upkeep {
namespace {

std::uint64_t number_at(const std::vector<Value>& row, std::size_t column) {
  const auto* number = row.size() > column ? row[column].as<std::int64_t>() : nullptr;
  return number == nullptr || *number < 0 ? 0 : static_cast<std::uint64_t>(*number);
}

}  // namespace

std::uint64_t StoreSizes::bytes() const {
  std::uint64_t sum = 0;
  for (const TableSize& table : tables) sum += table.bytes + table.replaced_bytes;
  return sum;
}

Result<StoreSizes> read_store_sizes(Storage& engine, std::chrono::milliseconds time) {
  const Statement statement{
      "SELECT table, toInt64(countIf(active)), toInt64(sumIf(rows, active)), toInt64(sumIf(bytes_on_disk, active)),"
      " toInt64(sumIf(bytes_on_disk, NOT active)),"
      " (SELECT toInt64(count()) FROM system.merges WHERE database = currentDatabase()),"
      " (SELECT toInt64(count()) FROM system.mutations WHERE database = currentDatabase() AND NOT is_done)"
      " FROM system.parts WHERE database = currentDatabase() GROUP BY table ORDER BY table",
      {}};
  ASSIGN_OR_RETURN(const Rows rows, engine.execute(statement, {.time = time, .of_the_store = true}));
  StoreSizes sizes;
  for (const auto& row : rows.rows) {
    const auto* table = row.at(0).as<std::string>();
    sizes.tables.push_back({table == nullptr ? std::string() : *table, number_at(row, 1), number_at(row, 2),
                            number_at(row, 3), number_at(row, 4)});
    sizes.merges = number_at(row, 5);
    sizes.mutations = number_at(row, 6);
  }
  return sizes;
}

DiskSpace disk_space(const std::filesystem::path& folder) {
  std::error_code error;
  const auto space = std::filesystem::space(folder, error);
  if (error) return {};
  return {space.capacity, space.available};
}

}  // namespace tetrascope::upkeep
