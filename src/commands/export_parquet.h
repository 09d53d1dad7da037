#pragma once
// `tetrascope export --format parquet`.

#include "commands/export_journey.h"
#include "commands/progress.h"
#include "storage/chdb/file_engine.h"

namespace tetrascope::commands {

/// Files DIR/SIGNAL-FROM-TO.parquet, each whole before it has its name: what was cut short goes on behind the last one.
/// Gives how many rows there are in all. Errors: kConflict (files of an earlier export have rows of that time),
/// kUnavailable (the disk is full), kInvalid, the server's.
Result<std::uint64_t> export_parquet(ServerLink& server, FileEngine& engine, const std::string& signal,
                                     const ExportWish& wanted, Progress& progress);

}  // namespace tetrascope::commands
