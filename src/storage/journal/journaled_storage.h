#pragma once
// A Storage that acknowledges from a journal and feeds its engine large inserts (docs/adr/0008-journal.md).
//
// An insert into the engine has a fixed price of some ten milliseconds of CPU, and each part that it makes is merged
// again and again; so what clients send in small requests is gathered for up to a second. What was acknowledged is on
// disk, and who asks sees it: a question waits until it is in the tables. Only while writers send without a pause, more
// than small_bytes at a time, it does not: then the newest second may be missing from its answer.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>

#include "storage/storage.h"

namespace tetrascope {

struct JournalOptions {
  std::filesystem::path directory;                     ///< created when missing; nobody else's
  std::size_t gather_bytes = std::size_t{32} << 20;    ///< so much goes to the engine at once
  std::chrono::milliseconds gather{1'000};             ///< nothing waits longer than that
  std::size_t staged_bytes = std::size_t{96} << 20;    ///< past which writers wait, then are refused
  std::chrono::milliseconds patience{3'000};           ///< how long they wait
  std::size_t small_bytes = std::size_t{2} << 20;      ///< so much is waited for whatever else comes
  std::chrono::milliseconds pause{60};                 ///< writers who send nothing for so long have paused
  std::chrono::milliseconds question_patience{5'000};  ///< how long a question waits for what was acknowledged
};

/// Stores what a killed process left in the journal, then takes over `engine`. Call before migrate(): what was left
/// has the shape of the tables as they stand.
/// insert(): when it returns without an error the rows are in the journal on disk. Rows that the engine never takes are
/// found out later: they are put aside in `directory`/refused, and logged.
/// Errors: kUnavailable (directory not writable, engine takes nothing).
Result<std::unique_ptr<Storage>> open_journaled(std::unique_ptr<Storage> engine, const JournalOptions& options);

}  // namespace tetrascope
