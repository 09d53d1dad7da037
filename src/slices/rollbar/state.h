#pragma once
// What the slice's routes share.

#include <cstdint>
#include <memory>
#include <mutex>

#include "slices/rollbar/access.h"
#include "slices/rollbar/items.h"
#include "slices/rollbar/projects.h"
#include "slices/rollbar/recent_uuids.h"
#include "slices/slice.h"

namespace tetrascope::rollbar {

/// Numbers that only grow, also over restarts: taken from the control state in blocks.
class OccurrenceIds {
 public:
  explicit OccurrenceIds(ControlStore& control) : control_(control) {}
  Result<std::int64_t> next();

 private:
  static constexpr std::int64_t kBlock = 1'000;
  ControlStore& control_;
  std::mutex mutex_;
  std::int64_t next_ = 0, end_ = 0;
};

/// Thread-safe.
struct State {
  explicit State(Middle& the_middle)
      : middle(the_middle),
        projects(middle.control),
        access(middle.settings, projects),
        items(middle.control),
        occurrence_ids(middle.control) {}

  Middle& middle;
  Projects projects;
  Access access;
  Items items;
  OccurrenceIds occurrence_ids;
  RecentUuids uuids;
  std::once_flag uuids_loaded;
};
using StatePtr = std::shared_ptr<State>;

}  // namespace tetrascope::rollbar
