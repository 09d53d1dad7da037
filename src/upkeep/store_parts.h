#pragma once
// Parts of the telemetry tables, as wholes: what retention and the disk budget drop. Within a table parts follow one
// another by time of arrival, since merges join neighbours only.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "storage/storage.h"

namespace tetrascope::upkeep {

/// spans, logs, occurrences, metrics, documents.
std::span<const std::string_view> telemetry_tables();

struct StorePart {
  std::string table, name;
  std::uint64_t rows = 0, bytes = 0;
  UnixNanos newest;  ///< the last arrival in it
};
/// All of `table`, the oldest first; asked of part metadata: no column is read. Errors: those of execute().
Result<std::vector<StorePart>> list_parts(Storage& engine, std::string_view table);

/// Deletes it, at once and for ever. Inside Storage::between_inserts(). Errors: kUnavailable, kInternal.
Result<void> drop_part(Storage& engine, const StorePart& part);

}  // namespace tetrascope::upkeep
