#pragma once
// What the store takes of the disk, table by table, and what the disk still has.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "storage/storage.h"

namespace tetrascope::upkeep {

struct TableSize {
  std::string table;
  std::uint64_t parts = 0, rows = 0, bytes = 0;
  std::uint64_t replaced_bytes = 0;  ///< of parts that were merged or dropped and are deleted in some minutes
};
struct StoreSizes {
  std::vector<TableSize> tables;
  std::uint64_t merges = 0;     ///< that run now
  std::uint64_t mutations = 0;  ///< deletions that are not done
  [[nodiscard]] std::uint64_t bytes() const;
};
/// Asked of the engine's system tables: some milliseconds. `engine`: without the journal, so that asking does not
/// disturb it. Errors: those of execute(), within `time`.
Result<StoreSizes> read_store_sizes(Storage& engine, std::chrono::milliseconds time);

struct DiskSpace {
  std::uint64_t size = 0, free = 0;  ///< of the volume; free: for this process
};
/// Zeros where the folder cannot be asked.
DiskSpace disk_space(const std::filesystem::path& folder);

}  // namespace tetrascope::upkeep
