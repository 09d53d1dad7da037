#include "upkeep/disk_budget.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "base/log.h"
#include "upkeep/store_parts.h"
#include "upkeep/store_sizes.h"

namespace tetrascope::upkeep {
namespace {

/// As storage/ddl.cc has it: what applies without a budget.
constexpr std::uint64_t kUsualMerge = 500'000'000;
constexpr std::uint64_t kPartsOfBudget = 20;
constexpr std::chrono::seconds kSizesPatience{5};

/// What active parts may take, given what else lies there.
std::uint64_t allowed(const StoreSizes& sizes, std::uint64_t journal, std::uint64_t max_disk) {
  std::uint64_t others = journal;
  for (const TableSize& table : sizes.tables) others += table.replaced_bytes;
  return std::max(max_disk - std::min(others, max_disk), max_disk / 2);
}

std::uint64_t active_bytes(const StoreSizes& sizes) {
  std::uint64_t sum = 0;
  for (const TableSize& table : sizes.tables) sum += table.bytes;
  return sum;
}

Result<void> drop_oldest(Storage& engine, std::uint64_t excess, DroppedRows& dropped) {
  std::vector<StorePart> parts;
  for (const std::string_view table : telemetry_tables()) {
    ASSIGN_OR_RETURN(auto of_table, list_parts(engine, table));
    parts.insert(parts.end(), of_table.begin(), of_table.end());
  }
  std::ranges::sort(parts, {}, &StorePart::newest);
  DroppedRows::Count sum;
  std::size_t count = 0;
  for (const StorePart& part : parts) {
    if (sum.bytes >= excess) break;
    RETURN_IF_ERROR(drop_part(engine, part));
    ++count;
    sum.rows += part.rows;
    sum.bytes += part.bytes;
    dropped.add("disk_budget", part.table, {part.rows, part.bytes});
  }
  log_warning("--max-disk: the oldest {} rows are gone, {} KB in {} parts; keep more with a larger --max-disk",
              sum.rows, sum.bytes / 1'000, count);
  return {};
}

}  // namespace

Result<void> cut_parts_to_budget(Storage& storage, std::uint64_t max_disk) {
  const std::uint64_t largest = max_disk == 0 ? kUsualMerge : std::min(kUsualMerge, max_disk / kPartsOfBudget);
  const std::string setting = fmt::format("max_bytes_to_merge_at_max_space_in_pool = {}", largest);
  ASSIGN_OR_RETURN(const Rows tables,
                   storage.execute({"SELECT name FROM system.tables WHERE database = currentDatabase()"
                                    " AND position(engine_full, {setting:String}) = 0",
                                    {{"setting", setting}}},
                                   {.of_the_store = true}));
  for (const auto& row : tables.rows) {
    const auto* name = row.at(0).as<std::string>();
    if (name == nullptr || std::ranges::find(telemetry_tables(), *name) == telemetry_tables().end()) continue;
    RETURN_IF_ERROR(storage.change_schema(fmt::format("ALTER TABLE {} MODIFY SETTING {}", *name, setting)));
  }
  return {};
}

Result<void> hold_disk_budget(const Surroundings& around, std::uint64_t max_disk, DroppedRows& dropped) {
  const std::uint64_t journal = around.storage.backlog().bytes;
  ASSIGN_OR_RETURN(const StoreSizes sizes, read_store_sizes(around.engine, kSizesPatience));
  const std::uint64_t most = allowed(sizes, journal, max_disk);
  if (active_bytes(sizes) <= most) return {};
  return around.storage.between_inserts([&](Storage& engine) -> Result<void> {
    ASSIGN_OR_RETURN(const StoreSizes now, read_store_sizes(engine, kSizesPatience));
    const std::uint64_t bytes = active_bytes(now);
    if (bytes <= most) return {};
    return drop_oldest(engine, bytes - most, dropped);
  });
}

}  // namespace tetrascope::upkeep
