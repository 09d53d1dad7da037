#pragma once
// The control state in one SQLite file.

#include <filesystem>
#include <memory>

#include "control/store.h"

namespace tetrascope {

/// Opens or creates `file`; its directory exists.
/// Errors: one line for the operator: kUnavailable (cannot be opened or written), kInvalid (written by a newer
/// version).
Result<std::unique_ptr<ControlStore>> open_sqlite_store(const std::filesystem::path& file);

}  // namespace tetrascope
