#pragma once
// `tetrascope restore`, on the server's side: takes over parts that the command has put below DATA_DIR/restore.

#include <string>
#include <string_view>

#include "upkeep/dropped_rows.h"
#include "upkeep/surroundings.h"

namespace tetrascope::upkeep {

/// `body`: {"name","replace"}. In DATA_DIR/restore/NAME lie `backup.json` (as take_snapshot() gives it), the control
/// state as `control.sqlite`, and each part as TABLE/PART. Parts move into the tables one by one, so that a call after
/// one that was cut short goes on where that one was. Gives {"parts"}: how many came.
/// Errors: kInvalid (no backup there, or another schema's), kConflict (the store is not empty and `replace` is not
/// true), kUnavailable.
Result<std::string> restore_parts(const Surroundings& around, DroppedRows& dropped, std::string_view body,
                                  const std::function<bool()>& give_up);

}  // namespace tetrascope::upkeep
