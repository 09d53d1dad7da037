#include "core/fork_lock.h"

#include <pthread.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/say.h"

namespace tetrascope::kit {

/// All of the process.
class ForkLocks {
 public:
  // Never destroyed: what it holds may be among the statics.
  static ForkLocks& all() {
    static auto* locks = new ForkLocks;
    return *locks;
  }
  void add(ForkLock& lock) {
    const std::lock_guard guard(mutex_);
    locks_.push_back(&lock);
  }
  void remove(ForkLock& lock) {
    const std::lock_guard guard(mutex_);
    locks_.erase(std::find(locks_.begin(), locks_.end(), &lock));
  }

 private:
  ForkLocks() {
    pthread_atfork([] { all().take(); }, [] { all().release(false); }, [] { all().release(true); });
  }

  // What is said may be said under any of the others, so that mutex comes last.
  void take() {
    mutex_.lock();
    for (ForkLock* each : locks_) each->mutex_.lock();
    diagnostics_mutex().lock();
  }

  void release(bool is_child) {
    diagnostics_mutex().unlock();
    for (ForkLock* each : locks_) {
      if (is_child && each->in_child_) each->in_child_();
      each->mutex_.unlock();
    }
    mutex_.unlock();
  }

  std::mutex mutex_;
  std::vector<ForkLock*> locks_;
};

ForkLock::ForkLock(std::mutex& mutex, std::function<void()> in_child) : mutex_(mutex), in_child_(std::move(in_child)) {
  ForkLocks::all().add(*this);
}

ForkLock::~ForkLock() { ForkLocks::all().remove(*this); }

}  // namespace tetrascope::kit
