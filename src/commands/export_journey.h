#pragma once
// How far an export is, beside its files, so that the same command goes on.

#include <cstdint>
#include <filesystem>
#include <string>

#include "commands/server_link.h"
#include "model/value.h"

namespace tetrascope::commands {

struct ExportWish {
  std::string folder, signal = "all", from, to, dataset;
  bool parquet = false;
  std::uint64_t file_rows = 500'000;  ///< a Parquet file ends after the window with which it has so many
};

/// What was exported so far: DIR/SIGNAL.export.json. The stretches of time are those of the beginning, so that going on
/// gives the same rows as going through.
struct ExportJourney {
  std::filesystem::path state;
  Value question;  ///< what was asked for: another question begins anew only when the folder is another one
  Array windows;   ///< [from, to, rows] each; Unix nanoseconds, half open
  bool begun_before = false;
  std::size_t next = 0;
  std::uint64_t bytes = 0, rows = 0;
};

/// The journey as it was begun, when there is one for the same words; else a new one. Errors: kInvalid (another export
/// is under way there, a time that is none), those of the server.
Result<ExportJourney> begin_export(ServerLink& server, const std::string& signal, const ExportWish& wanted);

/// Errors: kUnavailable.
Result<void> note_export(const ExportJourney& journey);

struct ExportWindow {
  std::int64_t from = 0, to = 0;
  std::uint64_t rows = 0;
};
/// Errors: kInvalid: somebody has written to the state.
Result<ExportWindow> window_of(const ExportJourney& journey, std::size_t index);

/// The rows of a window, as the server gives them. Errors: the server's.
Result<std::string> rows_of_window(ServerLink& server, const std::string& signal, const ExportWish& wanted,
                                   const ExportWindow& window);

}  // namespace tetrascope::commands
