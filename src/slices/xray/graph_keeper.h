#pragma once
// Keeps the graph index up to date while X-Ray is in use, so that questions find it warm: also after a start, and for
// spans that came by other protocols.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include "slices/slice.h"
#include "slices/xray/graph_index.h"

namespace tetrascope::xray {

/// Works on a thread of its own, at most a fifth of the time. Without segments and questions, and when no rows come, it
/// does nothing.
class GraphKeeper {
 public:
  GraphKeeper(Middle& middle, std::shared_ptr<GraphIndex> index);

  /// Somebody sent segments, or asked for a graph: for the next hours the index is kept.
  void note_use() { used_ = Clock::now().time_since_epoch().count(); }

 private:
  using Clock = GraphIndex::Clock;
  void run(const std::stop_token& stop);
  [[nodiscard]] bool store_is_loaded() const;
  [[nodiscard]] bool in_use() const;

  Middle& middle_;
  const std::shared_ptr<GraphIndex> index_;
  const Clock::time_point begun_ = Clock::now();
  std::atomic<Clock::rep> used_{0};  ///< 0: not yet
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: ends before the rest does
};

}  // namespace tetrascope::xray
