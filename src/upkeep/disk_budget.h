#pragma once
// --max-disk: when the tables take more, what came first goes, whatever it is.

#include "upkeep/dropped_rows.h"
#include "upkeep/keeping_rules.h"
#include "upkeep/surroundings.h"

namespace tetrascope::upkeep {

/// Keeps parts so small that dropping one costs at most a twentieth of the budget. Once, before rows come.
/// Errors: those of change_schema().
Result<void> cut_parts_to_budget(Storage& storage, std::uint64_t max_disk);

/// Drops parts, the oldest first, until everything is within the budget; says so in the log.
/// Parts that were merged and are deleted in some minutes count, but never make more than half of the budget go.
/// Errors: those of the storage.
Result<void> hold_disk_budget(const Surroundings& around, std::uint64_t max_disk, DroppedRows& dropped);

}  // namespace tetrascope::upkeep
