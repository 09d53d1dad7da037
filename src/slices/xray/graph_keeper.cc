#include "slices/xray/graph_keeper.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "slices/honeycomb_key.h"

namespace tetrascope::xray {
namespace {

constexpr auto kRest = std::chrono::seconds(2), kLoading = std::chrono::seconds(30);
constexpr auto kKeptWithoutUse = std::chrono::hours(6);

}  // namespace

GraphKeeper::GraphKeeper(Middle& middle, std::shared_ptr<GraphIndex> index)
    : middle_(middle), index_(std::move(index)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

/// Fields are loaded last when the server starts: spans cannot be read aright before. A new store has none.
bool GraphKeeper::store_is_loaded() const {
  return Clock::now() - begun_ > kLoading || !middle_.fields.list(kDefaultEnvironment, "").empty();
}

bool GraphKeeper::in_use() const {
  const Clock::rep used = used_;
  return used != 0 && Clock::now().time_since_epoch() - Clock::duration(used) < kKeptWithoutUse;
}

void GraphKeeper::run(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "graph keeper");  // for profilers, and for tests that record what is asked
  bool loaded = false;
  std::uint64_t rows = 0;
  Clock::duration rest = std::chrono::milliseconds(100);
  while (!stop.stop_requested()) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, rest, [] { return false; });
    lock.unlock();
    if (stop.stop_requested()) return;
    rest = kRest;
    if (!loaded) {
      if (!store_is_loaded()) continue;
      loaded = true;
      if (const std::size_t traces = index_->restore(); traces != 0) {
        log_info("the graphs of {} traces were read back", traces);
        note_use();
      }
    }
    if (!in_use()) continue;
    const std::uint64_t now_rows = middle_.batcher.counters().rows;
    if (now_rows == rows && !index_->has_work()) continue;
    rows = now_rows;
    const auto begin = Clock::now();
    const bool behind = index_->catch_up();
    const auto taken = Clock::now() - begin;
    rest = behind ? taken : std::max<Clock::duration>(kRest, 4 * taken);
  }
}

}  // namespace tetrascope::xray
