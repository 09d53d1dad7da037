#include "slices/rollbar/state.h"

namespace tetrascope::rollbar {

Result<std::int64_t> OccurrenceIds::next() {
  const std::lock_guard lock(mutex_);
  if (next_ == end_) {
    ASSIGN_OR_RETURN(next_, control_.allocate("rollbar.occurrence", kBlock));
    end_ = next_ + kBlock;
  }
  return next_++;
}

}  // namespace tetrascope::rollbar
