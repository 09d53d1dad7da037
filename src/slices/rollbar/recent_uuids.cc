#include "slices/rollbar/recent_uuids.h"

#include <utility>

namespace tetrascope::rollbar {

RecentUuids::Seen RecentUuids::begin(const std::string& key, Waiter& waiter) {
  const std::lock_guard lock(mutex_);
  const auto [at, added] = states_.try_emplace(key);
  if (added) return Seen::kNew;
  if (at->second.stored) return Seen::kStored;
  at->second.waiters.push_back(std::move(waiter));
  return Seen::kWaiting;
}

void RecentUuids::finish(const std::string& key, const Result<void>& stored) {
  std::vector<Waiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    const auto at = states_.find(key);
    if (at == states_.end()) return;
    waiters = std::exchange(at->second.waiters, {});
    if (stored) {
      keep(key);
    } else {
      states_.erase(at);
    }
  }
  for (Waiter& waiter : waiters) waiter(stored);
}

void RecentUuids::remember(const std::string& key) {
  const std::lock_guard lock(mutex_);
  if (states_.try_emplace(key).second) keep(key);
}

void RecentUuids::keep(const std::string& key) {
  states_[key].stored = true;
  stored_.push_back(key);
  if (stored_.size() <= kKept) return;
  states_.erase(stored_.front());
  stored_.pop_front();
}

}  // namespace tetrascope::rollbar
