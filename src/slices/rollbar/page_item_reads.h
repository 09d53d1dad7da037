#pragma once
// What the page asks of all projects at once.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "net/http.h"
#include "slices/rollbar/occurrence_reads.h"
#include "slices/rollbar/state.h"

namespace tetrascope::rollbar {

/// The range of a question of the page, at most 366 days. Errors: kInvalid.
Result<plan::TimeRange> read_items_range(const Request& request);

/// Projects in which an error occurred in the range; those of OpenTelemetry's services are made where they are missing.
/// By name.
Result<std::vector<Project>> active_projects(State& state, const plan::TimeRange& range);

/// Starts of steps and counts, by item. Items without an occurrence in the range are missing.
using ActivityOfItems = std::map<std::int64_t, std::vector<std::pair<UnixNanos, std::int64_t>>>;
Result<ActivityOfItems> activity_by_item(State& state, const Project& project, const plan::TimeRange& range,
                                         std::int64_t width);

struct TraceOfOccurrence {
  std::string trace_id, span_id;  ///< hex; "" for none
};
/// By occurrence id; those without a trace are missing.
using TracesOfOccurrences = std::map<std::int64_t, TraceOfOccurrence>;
Result<TracesOfOccurrences> traces_of(State& state, const Project& project, const std::vector<Instance>& instances);

/// Whether `part` stands in `text`, ASCII letters in any case. Nothing stands everywhere.
bool contains_folded(std::string_view text, std::string_view part);

}  // namespace tetrascope::rollbar
