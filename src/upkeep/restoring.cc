#include "upkeep/restoring.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include "base/log.h"
#include "ingest/attribute_promoter.h"
#include "ingest/field_store.h"
#include "model/members.h"
#include "model/schema.h"
#include "storage/migrations.h"
#include "upkeep/deletion.h"
#include "upkeep/part_intake.h"
#include "upkeep/snapshot.h"
#include "upkeep/store_sizes.h"

namespace tetrascope::upkeep {
namespace {

namespace fs = std::filesystem;

/// Inserts wait while parts move in, so they come in bunches.
constexpr std::size_t kPartsAtOnce = 50;

struct Backup {
  fs::path folder;
  Value manifest;
};

Result<Backup> read_backup(const Surroundings& around, std::string_view name) {
  if (!is_snapshot_name(name)) return fail(ErrorCode::kInvalid, "name: that is no backup's name");
  Backup backup{around.data_dir / "restore" / name, {}};
  std::ifstream in(backup.folder / "backup.json", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  auto manifest = value_from_json(text);
  if (text.empty() || !manifest) return fail(ErrorCode::kInvalid, "nothing is laid out to be restored");
  backup.manifest = *std::move(manifest);
  const auto wanted = static_cast<std::int64_t>(schema_version(all_migrations()));
  const auto found = integer_of(member(backup.manifest, "schema_version")).value_or(0);
  if (found != wanted)
    return fail(ErrorCode::kInvalid,
                fmt::format("the backup has schema {} and this server has {}: use the restore command of the server's "
                            "own version, which brings an earlier one forward; the backup was made by {}",
                            found, wanted, text_of(member(backup.manifest, "version"))));
  return backup;
}

Result<void> check_empty(const Surroundings& around) {
  ASSIGN_OR_RETURN(const StoreSizes sizes, read_store_sizes(around.storage, std::chrono::seconds(10)));
  for (const TableSize& table : sizes.tables) {
    if (table.rows > 0 && table.table != "fields" && table.table != "schema_version")
      return fail(
          ErrorCode::kConflict,
          fmt::format("the store has data already ({} rows of {}): restore into an empty data directory, or let "
                      "the backup take its place with --replace",
                      table.rows, table.table));
  }
  return {};
}

/// The table's columns and indexes that came with the data.
Result<void> add_columns(Storage& engine, std::string_view table, const Value& entry) {
  const auto add = [&](const char* member_name, std::string_view what) -> Result<void> {
    const Array* all = array_of(member(entry, member_name));
    for (const Value& one : all == nullptr ? Array() : *all)
      RETURN_IF_ERROR(
          engine.change_schema(fmt::format("ALTER TABLE {} ADD {} IF NOT EXISTS {}", table, what, text_of(&one))));
    return {};
  };
  RETURN_IF_ERROR(add("columns", "COLUMN"));
  return add("indexes", "INDEX");
}

struct Moved {
  std::uint64_t parts = 0;
};

Result<void> take_table(const Surroundings& around, const Backup& backup, const Value& entry, Moved& moved,
                        const std::function<bool()>& give_up) {
  const std::string table(text_of(member(entry, "name")));
  if (find_table(table) == nullptr) return fail(ErrorCode::kInvalid, "the backup has an unknown table: " + table);
  std::vector<fs::path> parts;
  const Array* list = array_of(member(entry, "parts"));
  for (const Value& part : list == nullptr ? Array() : *list) {
    const std::string_view name = text_of(member(part, "name"));
    if (!is_part_name(name)) return fail(ErrorCode::kInvalid, "the backup has a part with an odd name");
    parts.push_back(backup.folder / table / name);
  }
  RETURN_IF_ERROR(add_columns(around.engine, table, entry));
  ASSIGN_OR_RETURN(const fs::path folder, table_folder(around.engine, table));
  for (std::size_t first = 0; first < parts.size(); first += kPartsAtOnce) {
    if (give_up()) return fail(ErrorCode::kUnavailable, "the server is stopping; the same command goes on later");
    RETURN_IF_ERROR(around.storage.between_inserts([&](Storage& engine) -> Result<void> {
      for (std::size_t i = first; i < std::min(parts.size(), first + kPartsAtOnce); ++i) {
        ASSIGN_OR_RETURN(const bool taken, take_part(engine, table, parts[i], folder));
        if (taken) ++moved.parts;
      }
      return {};
    }));
  }
  return {};
}

}  // namespace

Result<std::string> restore_parts(const Surroundings& around, DroppedRows& dropped, std::string_view body,
                                  const std::function<bool()>& give_up) {
  const auto json = value_from_json(body);
  if (!json || json->as<Object>() == nullptr) return fail(ErrorCode::kMalformed, "the body is no JSON object");
  const std::string name(text_of(member(*json, "name")));
  ASSIGN_OR_RETURN(const Backup backup, read_backup(around, name));
  std::error_code error;
  const fs::path begun = backup.folder / "begun";
  if (!fs::exists(begun, error)) {
    if (flag_of(member(*json, "replace")))
      RETURN_IF_ERROR(
          around.storage.between_inserts([&](Storage& engine) { return drop_everything(engine, dropped); }));
    RETURN_IF_ERROR(check_empty(around));
    if (!std::ofstream(begun)) return fail(ErrorCode::kUnavailable, "cannot write to " + backup.folder.string());
  }
  RETURN_IF_ERROR(around.control.replace_by(backup.folder / "control.sqlite"));
  Moved moved;
  const Array* tables = array_of(member(backup.manifest, "tables"));
  for (const Value& entry : tables == nullptr ? Array() : *tables)
    RETURN_IF_ERROR(take_table(around, backup, entry, moved, give_up));
  RETURN_IF_ERROR(load_layouts(around.storage, around.layouts));
  RETURN_IF_ERROR(load_fields(around.storage, around.fields));
  RETURN_IF_ERROR(tell_rows_changed(around, dropped, give_up));
  fs::remove_all(backup.folder, error);
  log_info("restore: {} parts of backup {} are in place", moved.parts, name);
  return to_json(Value(Object{{"parts", Value(static_cast<std::int64_t>(moved.parts))}})) + "\n";
}

}  // namespace tetrascope::upkeep
