#pragma once
// Which of the fields that rows generate (row_fields.h) a dataset really has.

#include <map>
#include <string>
#include <string_view>

#include "slices/honeycomb/query_reads.h"
#include "slices/slice.h"

namespace tetrascope::honeycomb {

using GeneratedColumns = std::map<std::string, ColumnKind, std::less<>>;

/// Telemetry generates all fields of its sources; rows of the events API only those that their clients sent, so theirs
/// are looked up in the rows. A selection too large to look through has all of them.
/// Errors: those of Storage::execute().
Result<GeneratedColumns> generated_columns(const Middle& middle, const Selection& selection);

}  // namespace tetrascope::honeycomb
