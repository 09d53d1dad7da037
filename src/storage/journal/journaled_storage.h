#pragma once
// A Storage that acknowledges from a journal and feeds its engine large inserts (docs/adr/0008-journal.md).
//
// An insert into the engine has a fixed price of some ten milliseconds of CPU, and each part that it makes is merged
// again and again; so what clients send in small requests is gathered for up to a second. Nobody can tell: what was
// acknowledged is on disk, and whoever asks sees it, since a question waits until it is in the tables.

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
  std::chrono::milliseconds asked_gather{100};         ///< the same while somebody asks
  std::chrono::seconds questions{10};                  ///< for so long after a question
  std::chrono::milliseconds question_patience{5'000};  ///< how long a question waits for what was acknowledged
};

/// Stores what a killed process left in the journal, then takes over `engine`. Call before migrate(): what was left
/// has the shape of the tables as they stand.
/// insert(): when it returns without an error the rows are in the journal on disk. Rows that the engine never takes are
/// found out later: they are put aside in `directory`/refused, and logged.
/// Errors: kUnavailable (directory not writable, engine takes nothing).
Result<std::unique_ptr<Storage>> open_journaled(std::unique_ptr<Storage> engine, const JournalOptions& options);

}  // namespace tetrascope
