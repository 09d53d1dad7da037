#pragma once
// Parts that come into a table from beside the store.

#include <filesystem>
#include <string>
#include <string_view>

#include "storage/storage.h"

namespace tetrascope::upkeep {

/// Whether the engine names parts so: it can be a folder's name, and stand in SQL.
bool is_part_name(std::string_view name);

/// Where the engine keeps a table. Errors: kInternal, those of execute().
Result<std::filesystem::path> table_folder(Storage& engine, const std::string& table);

/// Moves the part's folder `from`, which is on the same volume, into the table whose folder is `to`. False when an
/// earlier call has done so. Errors: kUnavailable, those of change_schema().
Result<bool> take_part(Storage& engine, const std::string& table, const std::filesystem::path& from,
                       const std::filesystem::path& to);

}  // namespace tetrascope::upkeep
