#pragma once
// A backup of an earlier schema, brought forward beside the store that it goes into.

#include <cstdint>
#include <filesystem>

#include "model/value.h"
#include "storage/storage.h"

namespace tetrascope::upkeep {

/// The schema that a backup's manifest names; 0 for none.
std::uint32_t schema_of_backup(const Value& manifest);

/// Makes the manifest's tables in `engine`, whose store is empty and lies in `data_dir`; moves their parts in, from
/// `parts`/TABLE/PART; brings them forward as a server's start does; and freezes them. Gives the manifest of what they
/// are then (upkeep/snapshot.h), with the same name; its parts lie below `data_dir`.
/// Errors: kInvalid (a manifest from before tables were written into it, or none), those of migrate().
Result<Value> bring_forward(Storage& engine, const std::filesystem::path& data_dir, const Value& manifest,
                            const std::filesystem::path& parts);

}  // namespace tetrascope::upkeep
