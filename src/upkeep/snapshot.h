#pragma once
// A moment of the whole store, as files that `tetrascope backup` copies while the server goes on: the engine links the
// parts as they stand (parts never change), and the control state is copied. All tables are of one moment, with
// everything that was acknowledged before it.

#include <string>
#include <string_view>

#include "upkeep/surroundings.h"

namespace tetrascope::upkeep {

/// Gives {"name","made","version","schema_version","control","tables":[{"name","columns":[ddl],"indexes":[ddl],
/// "parts":[{"name","path"}]}]}; paths are relative to the data directory. `columns`, `indexes`: those that the schema
/// does not have, because they came with the data.
/// Errors: kUnavailable, kUnimplemented (the store is not in files here), kInternal.
Result<std::string> take_snapshot(const Surroundings& around);

/// Errors: kInvalid for what is no snapshot's name.
Result<void> drop_snapshot(const Surroundings& around, std::string_view name);

/// Whether `name` is one that take_snapshot() gives: letters, digits and `_`.
bool is_snapshot_name(std::string_view name);

/// Snapshots that a command left behind, by name.
Result<std::vector<std::string>> left_snapshots(const Surroundings& around);

}  // namespace tetrascope::upkeep
