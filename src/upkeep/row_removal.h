#pragma once
// Takes rows out of the parts that they lie in: the engine writes those parts anew without them.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "query/removal.h"
#include "upkeep/surroundings.h"

namespace tetrascope::upkeep {

struct RemovedRows {
  plan::Table table;
  std::string name;  ///< of the table
  std::uint64_t rows = 0;
};

/// How many rows there are of each table, in no particular order. Errors: kInvalid, those of execute().
Result<std::vector<RemovedRows>> count_rows(const Surroundings& around, std::span<const plan::Removal> removals);

/// Counts, removes, waits until they are gone, and notes them in `dropped` under `cause`. Tables without such rows are
/// not touched. Gives what was there.
/// Errors: those above; kUnavailable when `give_up` says so: the engine goes on nevertheless, and also after a restart;
/// kInternal when the engine cannot do it: it is then told to leave it.
Result<std::vector<RemovedRows>> remove_rows(const Surroundings& around, DroppedRows& dropped, std::string_view cause,
                                             std::span<const plan::Removal> removals,
                                             const std::function<bool()>& give_up);

/// What a table is called where people read it.
std::string_view name_of(plan::Table table);

}  // namespace tetrascope::upkeep
