#pragma once
// How often items occurred, in steps of time: what the reports are made of (dossier 4.7).

#include <cstdint>
#include <vector>

#include "slices/rollbar/item_reads.h"

namespace tetrascope::rollbar {

struct Activity {
  std::int64_t item = 0;
  UnixNanos start;  ///< of its step, counted from 1970
  std::int64_t count = 0;
};

/// `width`: of a step, in nanoseconds. Steps without an occurrence are missing.
Result<std::vector<Activity>> activity_of(State& state, const Project& project, const plan::TimeRange& range,
                                          std::int64_t width);

}  // namespace tetrascope::rollbar
