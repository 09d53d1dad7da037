#pragma once
// What comes in, in bytes as they are on the wire, by the slice that takes it.

#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "slices/slice.h"

namespace tetrascope::upkeep {

class Traffic {
 public:
  struct Counter {
    std::string slice;
    std::atomic<std::uint64_t> requests{0}, bytes{0}, datagrams{0}, datagrams_lost{0};
  };
  /// Puts a counter in front of every handler of the slice. Before anything is served; this object outlives it.
  void count(Slice& slice);
  [[nodiscard]] const std::deque<Counter>& counters() const { return counters_; }

 private:
  std::deque<Counter> counters_;
};

}  // namespace tetrascope::upkeep
