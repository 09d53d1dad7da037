#include "upkeep/older_schema.h"

#include <fmt/core.h>

#include <utility>

#include "model/members.h"
#include "storage/engine_settings.h"
#include "storage/migrations.h"
#include "upkeep/part_intake.h"
#include "upkeep/snapshot.h"

namespace tetrascope::upkeep {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> no_backup(const std::string& why) {
  return fail(ErrorCode::kInvalid, "that is no manifest of a backup: " + why);
}

Result<void> make_table(Storage& engine, const Value& entry, const Value& manifest) {
  const std::string_view name = text_of(member(entry, "name")), ddl = text_of(member(entry, "create"));
  if (!is_sql_name(name)) return no_backup("a table has an odd name");
  if (ddl.empty())
    return fail(
        ErrorCode::kInvalid,
        fmt::format("the backup has schema {} and does not say what its tables were: restore it with the version "
                    "that made it ({}), then start this one with that data directory",
                    schema_of_backup(manifest), text_of(member(manifest, "version"))));
  if (!ddl.starts_with(fmt::format("CREATE TABLE {}.{} ", kDatabase, name)))
    return no_backup(fmt::format("{} is not made by its statement", name));
  return engine.change_schema(ddl);
}

Result<void> take_parts(Storage& engine, const Value& entry, const fs::path& parts) {
  const std::string table(text_of(member(entry, "name")));
  ASSIGN_OR_RETURN(const fs::path folder, table_folder(engine, table));
  const Array* list = array_of(member(entry, "parts"));
  for (const Value& part : list == nullptr ? Array() : *list) {
    const std::string_view name = text_of(member(part, "name"));
    if (!is_part_name(name)) return no_backup("a part has an odd name");
    ASSIGN_OR_RETURN(const bool taken, take_part(engine, table, parts / table / name, folder));
    if (!taken) return fail(ErrorCode::kInvalid, fmt::format("{}/{} is missing", table, name));
  }
  return {};
}

}  // namespace

std::uint32_t schema_of_backup(const Value& manifest) {
  return static_cast<std::uint32_t>(integer_of(member(manifest, "schema_version")).value_or(0));
}

Result<Value> bring_forward(Storage& engine, const fs::path& data_dir, const Value& manifest, const fs::path& parts) {
  const Array* tables = array_of(member(manifest, "tables"));
  const auto* members = manifest.as<Object>();
  if (tables == nullptr || members == nullptr) return no_backup("it has no tables");
  for (const Value& entry : *tables) {
    RETURN_IF_ERROR(make_table(engine, entry, manifest));
    RETURN_IF_ERROR(take_parts(engine, entry, parts));
  }
  RETURN_IF_ERROR(set_schema_version(engine, schema_of_backup(manifest)));
  RETURN_IF_ERROR(migrate(engine));
  const std::string name(text_of(member(manifest, "name")));
  if (!is_snapshot_name(name)) return no_backup("it has an odd name");
  RETURN_IF_ERROR(freeze_tables(engine, name));
  ASSIGN_OR_RETURN(Array frozen, frozen_tables(engine, data_dir, name));
  Object after = *members;
  set_member(after, "schema_version", Value(static_cast<std::int64_t>(schema_version(all_migrations()))));
  set_member(after, "tables", Value(std::move(frozen)));
  return Value(std::move(after));
}

}  // namespace tetrascope::upkeep
