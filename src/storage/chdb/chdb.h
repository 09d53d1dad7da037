#pragma once
// ClickHouse inside this process.

#include <cstddef>
#include <filesystem>
#include <memory>

#include "storage/storage.h"

namespace tetrascope {

struct ChdbOptions {
  /// The server's data directory, absolute; created when missing. Its file `lock` and its folder `store` are the
  /// engine's, and nothing is written elsewhere.
  std::filesystem::path data_dir;
  /// What the engine may allocate, queries, inserts, merges and caches together. Some 160 MiB of library and process
  /// come on top of it.
  std::size_t memory_bytes = std::size_t{960} << 20;
  std::size_t threads = 2;       ///< of one query, and merges side by side
  std::size_t insert_slots = 4;  ///< inserts at a time: one a table
  std::size_t query_slots = 3;   ///< queries at a time; they share half of the memory evenly
  /// How long a query waits for a slot before it is refused (kUnavailable); inserts wait until there is one.
  std::chrono::milliseconds patience{5'000};
};

/// Opens or creates the store. One at a time in a process; one process a directory. Destroying it closes the engine,
/// which must happen before the process exits.
/// Errors: kUnavailable with one line for the operator: no library, directory in use or not writable, engine does not
/// start.
Result<std::unique_ptr<Storage>> open_chdb(const ChdbOptions& options);

}  // namespace tetrascope
