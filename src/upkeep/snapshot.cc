#include "upkeep/snapshot.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>
#include <vector>

#include "base/log.h"
#include "model/schema.h"
#include "storage/ddl.h"
#include "storage/migrations.h"
#include "upkeep/admin_access.h"

namespace tetrascope::upkeep {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "backup_";  // the engine writes other characters than these otherwise
constexpr QueryBounds kOwn{.time = std::chrono::seconds(30), .of_the_store = true};

std::string text_at(const std::vector<Value>& row, std::size_t column) {
  const auto* text = row.size() > column ? row[column].as<std::string>() : nullptr;
  return text == nullptr ? std::string() : *text;
}

fs::path shadow_of(const fs::path& data_dir, std::string_view name) { return data_dir / "store" / "shadow" / name; }
fs::path control_of(const Surroundings& around, std::string_view name) {
  return around.data_dir / "snapshots" / (std::string(name) + ".sqlite");
}

/// Columns that ingest gave to attributes: `name` type DEFAULT expression CODEC(…).
Result<Array> extra_columns(Storage& engine, const TableSchema& table) {
  ASSIGN_OR_RETURN(const Rows rows,
                   engine.execute({"SELECT name, type, default_kind, default_expression, compression_codec FROM"
                                   " system.columns WHERE database = currentDatabase() AND table = {table:String}"
                                   " ORDER BY position",
                                   {{"table", table.name}}},
                                  kOwn));
  Array columns;
  for (const auto& row : rows.rows) {
    const std::string name = text_at(row, 0);
    if (std::ranges::find(table.columns, name, &TableSchema::Column::name) != table.columns.end()) continue;
    std::string ddl = fmt::format("`{}` {}", name, text_at(row, 1));
    if (!text_at(row, 2).empty()) ddl += fmt::format(" {} {}", text_at(row, 2), text_at(row, 3));
    if (!text_at(row, 4).empty()) ddl += " " + text_at(row, 4);
    columns.emplace_back(std::move(ddl));
  }
  return columns;
}

Result<Array> extra_indexes(Storage& engine, const TableSchema& table) {
  ASSIGN_OR_RETURN(const Rows rows, engine.execute({"SELECT name, expr, type_full, toString(granularity) FROM"
                                                    " system.data_skipping_indices WHERE database = currentDatabase()"
                                                    " AND table = {table:String}",
                                                    {{"table", table.name}}},
                                                   kOwn));
  Array indexes;
  for (const auto& row : rows.rows) {
    const std::string name = text_at(row, 0);
    const bool known =
        std::ranges::any_of(table.indexes, [&](const std::string& index) { return index.starts_with(name + " "); });
    if (!known)
      indexes.emplace_back(
          fmt::format("`{}` {} TYPE {} GRANULARITY {}", name, text_at(row, 1), text_at(row, 2), text_at(row, 3)));
  }
  return indexes;
}

/// Folders of parts in the shadow by table's UUID, below whose first three digits the engine keeps them.
std::map<std::string, std::vector<fs::path>> find_parts(const fs::path& shadow) {
  std::map<std::string, std::vector<fs::path>> parts;
  std::error_code error;
  for (const auto& three : fs::directory_iterator(shadow / "store", error)) {
    for (const auto& uuid : fs::directory_iterator(three.path(), error)) {
      for (const auto& part : fs::directory_iterator(uuid.path(), error))
        if (part.is_directory(error)) parts[uuid.path().filename().string()].push_back(part.path());
    }
  }
  for (auto& [uuid, paths] : parts) std::ranges::sort(paths);
  return parts;
}

/// Everything at one moment: nothing comes to the tables meanwhile, and the control state belongs to what is in them.
Result<void> freeze(const Surroundings& around, const std::string& name) {
  return around.storage.between_inserts([&](Storage& engine) -> Result<void> {
    RETURN_IF_ERROR(freeze_tables(engine, name));
    return around.control.copy_to(control_of(around, name));
  });
}

}  // namespace

Result<void> freeze_tables(Storage& engine, std::string_view name) {
  for (const TableSchema& table : all_tables())
    RETURN_IF_ERROR(engine.change_schema(fmt::format("ALTER TABLE {} FREEZE WITH NAME '{}'", table.name, name)));
  return {};
}

Result<Array> frozen_tables(Storage& engine, const fs::path& data_dir, std::string_view name) {
  ASSIGN_OR_RETURN(const Rows rows, engine.execute({"SELECT name, toString(uuid), create_table_query FROM system.tables"
                                                    " WHERE database = currentDatabase()",
                                                    {}},
                                                   kOwn));
  auto parts = find_parts(shadow_of(data_dir, name));
  Array tables;
  for (const TableSchema& table : all_tables()) {
    const auto found = std::ranges::find_if(rows.rows, [&](const auto& row) { return text_at(row, 0) == table.name; });
    if (found == rows.rows.end()) return fail(ErrorCode::kInternal, "the store has no table " + table.name);
    ASSIGN_OR_RETURN(Array columns, extra_columns(engine, table));
    ASSIGN_OR_RETURN(Array indexes, extra_indexes(engine, table));
    Array part_list;
    for (const fs::path& part : parts[text_at(*found, 1)]) {
      part_list.emplace_back(Object{{"name", Value(part.filename().string())},
                                    {"path", Value(part.lexically_relative(data_dir).string())}});
    }
    tables.emplace_back(Object{{"name", Value(table.name)},
                               {"create", Value(text_at(*found, 2))},
                               {"columns", Value(std::move(columns))},
                               {"indexes", Value(std::move(indexes))},
                               {"parts", Value(std::move(part_list))}});
  }
  return tables;
}

bool is_snapshot_name(std::string_view name) {
  return name.starts_with(kPrefix) && name.size() < 64 &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

Result<std::string> take_snapshot(const Surroundings& around) {
  std::error_code error;
  if (around.data_dir.empty() || !fs::exists(around.data_dir / "store", error))
    return fail(ErrorCode::kUnimplemented,
                "telemetry is kept in a ClickHouse server: back it up there, with its own BACKUP");
  fs::create_directories(around.data_dir / "snapshots", error);
  const std::string name = std::string(kPrefix) + new_secret();
  if (const auto frozen = freeze(around, name); !frozen) {
    (void)drop_snapshot(around, name);
    return std::unexpected(frozen.error());
  }
  auto tables = frozen_tables(around.engine, around.data_dir, name);
  if (!tables) {
    (void)drop_snapshot(around, name);
    return std::unexpected(tables.error());
  }
  return to_json(Value(Object{{"name", Value(name)},
                              {"made", Value(UnixNanos::now().value)},
                              {"version", Value(std::string(TETRASCOPE_VERSION))},
                              {"schema_version", Value(static_cast<std::int64_t>(schema_version(all_migrations())))},
                              {"control", Value(control_of(around, name).lexically_relative(around.data_dir).string())},
                              {"tables", Value(*std::move(tables))}})) +
         "\n";
}

Result<void> drop_snapshot(const Surroundings& around, std::string_view name) {
  if (!is_snapshot_name(name)) return fail(ErrorCode::kInvalid, "that is no snapshot's name");
  std::error_code error;
  fs::remove_all(shadow_of(around.data_dir, name), error);
  fs::remove(control_of(around, name), error);
  return {};
}

Result<std::vector<std::string>> left_snapshots(const Surroundings& around) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(around.data_dir / "store" / "shadow", error)) {
    if (const std::string name = entry.path().filename().string(); is_snapshot_name(name)) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace tetrascope::upkeep
