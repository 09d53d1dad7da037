#pragma once
// From which stretches of time a sample of rows is read. The engine reads whole granules of rows that lie together in
// time: a thousand rows from all over a table cost as much as the table, and from sixteen places a hundredth of it.

#include <cstdint>
#include <span>
#include <vector>

#include "query/plan.h"

namespace tetrascope::plan {

/// What one step of time holds.
struct TimeStep {
  TimeRange range;
  std::uint64_t stored = 0;  ///< rows of the table
  std::uint64_t wanted = 0;  ///< those of them of which a sample is to be drawn
};

struct Stretch {
  TimeRange range;
  double share = 1;  ///< which part of its wanted rows the sample takes

  friend bool operator==(const Stretch& a, const Stretch& b) {
    return a.range.from == b.range.from && a.range.to == b.range.to && a.share == b.share;
  }
};

struct SampleBounds {
  std::uint64_t rows = 0;         ///< about so many of those wanted
  std::uint64_t most_stored = 0;  ///< about so many rows are read for them
  std::uint64_t few_stored = 0;   ///< so many are read from everywhere
  std::size_t places = 16;
};

/// At most `places` stretches, in the order of time, none touching another. All wanted rows, each with share 1, when
/// they are no more than `rows` and lie in no more than `most_stored`. Else equally many from each place, and places
/// where many rows are stand closer together: rows of a burst are in the sample as often as there are many. The same
/// steps give the same stretches. `steps`: in the order of time, without overlap; those without rows may be left out.
std::vector<Stretch> choose_stretches(std::span<const TimeStep> steps, const SampleBounds& bounds);

}  // namespace tetrascope::plan
