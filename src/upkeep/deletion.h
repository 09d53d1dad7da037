#pragma once
// `tetrascope delete`, on the server's side.

#include <functional>
#include <string>
#include <string_view>

#include "upkeep/dropped_rows.h"
#include "upkeep/surroundings.h"

namespace tetrascope::upkeep {

/// `body`: what selection_of() reads, and "dry_run". Gives {"dry_run","rows":{"spans":n,…}}: what is gone, or would be.
/// What was acknowledged before the call is looked at; what comes meanwhile may or may not be.
/// Errors: those of selection_of() and remove_rows().
Result<std::string> delete_rows(const Surroundings& around, DroppedRows& dropped, std::string_view body,
                                const std::function<bool()>& give_up);

/// Drops every part of every telemetry table, between two inserts. Errors: those of the storage.
Result<void> drop_everything(Storage& engine, DroppedRows& dropped);

/// Lets slices forget what they keep of rows, and removes what they derived from them.
Result<void> tell_rows_changed(const Surroundings& around, DroppedRows& dropped, const std::function<bool()>& give_up);

}  // namespace tetrascope::upkeep
