#pragma once
// What is past its time goes.
//
// By signal, whole parts: one goes when the last row in it is too old, so rows stay at most a week longer than was
// asked for (tables are partitioned by week of arrival). By dataset, log group or what a vendor promises, rows: parts
// are then written anew without them, so that is done seldom.

#include <functional>

#include "upkeep/dropped_rows.h"
#include "upkeep/keeping_rules.h"
#include "upkeep/surroundings.h"

namespace tetrascope::upkeep {

/// Drops parts that are past their signal's time, and says which in the log. Errors: those of the storage.
Result<void> drop_expired_parts(const Surroundings& around, const KeepingRules& rules, DroppedRows& dropped,
                                UnixNanos now);

/// Removes rows that are past the time of their dataset, log group or vendor. Errors: those of remove_rows().
Result<void> remove_expired_rows(const Surroundings& around, const KeepingRules& rules, DroppedRows& dropped,
                                 UnixNanos now, const std::function<bool()>& give_up);

}  // namespace tetrascope::upkeep
