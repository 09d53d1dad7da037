#pragma once
// Errors that came by OpenTelemetry, exceptions and log records of severity ERROR and above, as items of projects of
// their own: one for each service. Nothing is copied: items are made when somebody looks, occurrences stay the rows
// that OTLP wrote.

#include <cstdint>
#include <vector>

#include "slices/rollbar/item_activity.h"
#include "slices/rollbar/item_reads.h"

namespace tetrascope::rollbar {

/// Makes the project of every service that has sent an error.
Result<void> update_otel_projects(State& state);

/// Makes items for errors that have none yet, and reactivates resolved ones that were seen again since.
Result<void> update_otel_items(State& state, const Project& project);

Result<CountsOfItems> count_otel_occurrences(const plan::Runner& runner, const Project& project,
                                             const std::vector<Item>& items);

/// Ids are made of the time: microseconds times four, and the place among those of one microsecond.
Result<std::vector<Instance>> read_otel_instances(State& state, const Project& project, const InstanceQuery& query);

Result<std::vector<Activity>> otel_activity(State& state, const Project& project, const plan::TimeRange& range,
                                            std::int64_t width);

}  // namespace tetrascope::rollbar
