#pragma once
// A moment of the whole store, as files that `tetrascope backup` copies while the server goes on: the engine links the
// parts as they stand (parts never change), and the control state is copied. All tables are of one moment, with
// everything that was acknowledged before it.

#include <filesystem>
#include <string>
#include <string_view>

#include "upkeep/surroundings.h"

namespace tetrascope::upkeep {

/// Gives {"name","made","version","schema_version","control","tables":[…]}, the tables as frozen_tables() gives them.
/// Errors: kUnavailable, kUnimplemented (the store is not in files here), kInternal.
Result<std::string> take_snapshot(const Surroundings& around);

/// Links the parts of all tables, as they stand, below the data directory. Between inserts. Errors: kUnavailable,
/// kInternal.
Result<void> freeze_tables(Storage& engine, std::string_view name);

/// What was frozen: [{"name","create":ddl,"columns":[ddl],"indexes":[ddl],"parts":[{"name","path"}]}]; paths are
/// relative to the data directory. `create` is the whole table, for versions that have another schema; `columns` and
/// `indexes` are those that the schema does not have, because they came with the data. Errors: kInternal, those of
/// execute().
Result<Array> frozen_tables(Storage& engine, const std::filesystem::path& data_dir, std::string_view name);

/// Errors: kInvalid for what is no snapshot's name.
Result<void> drop_snapshot(const Surroundings& around, std::string_view name);

/// Whether `name` is one that take_snapshot() gives: letters, digits and `_`.
bool is_snapshot_name(std::string_view name);

/// Snapshots that a command left behind, by name.
Result<std::vector<std::string>> left_snapshots(const Surroundings& around);

}  // namespace tetrascope::upkeep
