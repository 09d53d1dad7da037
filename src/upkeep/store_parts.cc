#include "upkeep/store_parts.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "upkeep/part_intake.h"

namespace tetrascope::upkeep {
namespace {

constexpr std::string_view kTables[] = {"spans", "logs", "occurrences", "metrics", "documents"};
constexpr QueryBounds kPartBounds{.of_the_store = true};

}  // namespace

std::span<const std::string_view> telemetry_tables() { return kTables; }

Result<std::vector<StorePart>> list_parts(Storage& engine, std::string_view table) {
  ASSIGN_OR_RETURN(const Rows sizes, engine.execute({"SELECT name, toInt64(rows), toInt64(bytes_on_disk) FROM"
                                                     " system.parts WHERE active AND database = currentDatabase()"
                                                     " AND table = {table:String}",
                                                     {{"table", std::string(table)}}},
                                                    kPartBounds));
  // Answered from each part's own bounds of `received`, by which tables are partitioned.
  ASSIGN_OR_RETURN(
      const Rows times,
      engine.execute({fmt::format("SELECT _part, max(received) FROM {} GROUP BY _part", table), {}}, kPartBounds));
  std::map<std::string, UnixNanos> newest;
  for (const auto& row : times.rows) {
    const auto* name = row.at(0).as<std::string>();
    const auto* time = row.at(1).as<std::int64_t>();
    if (name != nullptr && time != nullptr) newest[*name] = {*time};
  }
  std::vector<StorePart> parts;
  for (const auto& row : sizes.rows) {
    const auto* name = row.at(0).as<std::string>();
    const auto found = name == nullptr ? newest.end() : newest.find(*name);
    if (found == newest.end()) continue;  // merged between the two questions: the next look finds it
    parts.push_back({std::string(table), *name, static_cast<std::uint64_t>(*row.at(1).as<std::int64_t>()),
                     static_cast<std::uint64_t>(*row.at(2).as<std::int64_t>()), found->second});
  }
  std::ranges::sort(parts, {}, &StorePart::newest);
  return parts;
}

Result<void> drop_part(Storage& engine, const StorePart& part) {
  if (!is_part_name(part.name)) return fail(ErrorCode::kInternal, "a part with an odd name");
  return engine.change_schema(fmt::format("ALTER TABLE {} DROP PART '{}'", part.table, part.name));
}

}  // namespace tetrascope::upkeep
