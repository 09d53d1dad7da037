#pragma once
// Items with their counts, whichever way their errors came.

#include <vector>

#include "slices/rollbar/occurrence_counts.h"
#include "slices/rollbar/occurrence_reads.h"
#include "slices/rollbar/state.h"

namespace tetrascope::rollbar {

/// The project's items as they stand; those of errors that OpenTelemetry sent are brought up to date first.
Result<std::vector<Item>> items_of(State& state, const Project& project);
/// The same for one. Errors: kNotFound.
Result<Item> item_of(State& state, const Project& project, std::int64_t id);
Result<CountsOfItems> counts_of(State& state, const Project& project, const std::vector<Item>& items);
Result<std::vector<Instance>> instances_of(State& state, const Project& project, const InstanceQuery& query);

}  // namespace tetrascope::rollbar
