#pragma once
// How a backup lies in its folder:
//
//   backup.json        what there is: tables with their parts; written last
//   SHA256SUMS         of every file below, as `sha256sum -c` reads it
//   control.sqlite     the small state
//   parts/TABLE/PART/  the engine's files of one part
//   parts/TABLE/PART.sha256   the sums of that part: it is whole when this is there

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/value.h"

namespace tetrascope::commands {

struct BackupPart {
  std::string table, name;
  std::string path;  ///< in a snapshot: relative to the data directory
  [[nodiscard]] std::filesystem::path folder() const { return std::filesystem::path("parts") / table / name; }
  [[nodiscard]] std::filesystem::path sums() const { return folder().string() + ".sha256"; }
};

/// Errors: kInvalid when it is no manifest.
Result<std::vector<BackupPart>> parts_of(const Value& manifest);

inline constexpr std::string_view kManifest = "backup.json";
inline constexpr std::string_view kSums = "SHA256SUMS";
inline constexpr std::string_view kControl = "control.sqlite";

}  // namespace tetrascope::commands
