#include "upkeep/part_intake.h"

#include <fmt/core.h>

#include <algorithm>
#include <system_error>

namespace tetrascope::upkeep {

namespace fs = std::filesystem;

bool is_part_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
  });
}

Result<fs::path> table_folder(Storage& engine, const std::string& table) {
  ASSIGN_OR_RETURN(const Rows rows, engine.execute({"SELECT data_paths[1] FROM system.tables WHERE database ="
                                                    " currentDatabase() AND name = {table:String}",
                                                    {{"table", table}}},
                                                   {.of_the_store = true}));
  const auto* path = rows.rows.empty() ? nullptr : rows.rows[0].at(0).as<std::string>();
  if (path == nullptr || path->empty()) return fail(ErrorCode::kInternal, "no folder of " + table);
  return fs::path(*path);
}

Result<bool> take_part(Storage& engine, const std::string& table, const fs::path& from, const fs::path& to) {
  std::error_code error;
  const fs::path detached = to / "detached" / from.filename();
  if (fs::exists(from, error)) fs::rename(from, detached, error);
  if (error) return fail(ErrorCode::kUnavailable, fmt::format("{}: {}", from.string(), error.message()));
  if (!fs::exists(detached, error)) return false;  // an earlier call has attached it
  RETURN_IF_ERROR(
      engine.change_schema(fmt::format("ALTER TABLE {} ATTACH PART '{}'", table, from.filename().string())));
  return true;
}

}  // namespace tetrascope::upkeep
