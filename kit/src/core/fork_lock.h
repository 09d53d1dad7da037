#pragma once

#include <functional>
#include <mutex>

namespace tetrascope::kit {

/// Holds a mutex while the process forks, so that a child finds it free and what it guards whole, although another
/// thread of the parent was about to change that. For mutexes that are held briefly and, of those held so, never within
/// one another.
class ForkLock {
 public:
  /// `in_child` runs in the child before the mutex is released. `mutex` outlives this.
  explicit ForkLock(std::mutex& mutex, std::function<void()> in_child = nullptr);
  ForkLock(const ForkLock&) = delete;
  ForkLock& operator=(const ForkLock&) = delete;
  ~ForkLock();

 private:
  friend class ForkLocks;
  std::mutex& mutex_;
  const std::function<void()> in_child_;
};

}  // namespace tetrascope::kit
