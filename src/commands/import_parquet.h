#pragma once
// `tetrascope import` of Parquet files.

#include "commands/import_request.h"
#include "commands/progress.h"
#include "storage/chdb/file_engine.h"

namespace tetrascope::commands {

/// By its first bytes.
bool is_parquet(const std::string& file);

/// Sends the file's rows as OTLP requests, so that they pass where any client's do. Gives how many rows there are.
/// Errors: kInvalid (no file of an export, a row that is none, refused), kUnavailable.
Result<std::int64_t> import_parquet(ServerLink& server, FileEngine& engine, const std::string& file,
                                    const ImportWish& wanted, Progress& progress);

}  // namespace tetrascope::commands
