#include "core/ending.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/fork_lock.h"
#include "core/random.h"

namespace tetrascope::kit {

struct Ending::Entry {
  explicit Entry(std::function<void()> how) : hurry(std::move(how)) {}
  /// In a forked child the mutex may belong to a thread that only the parent has; then it is not owned.
  std::unique_lock<std::mutex> lock() {
    std::unique_lock<std::mutex> held(mutex, std::defer_lock);
    if (generation == fork_generation()) {
      held.lock();
    } else {
      (void)held.try_lock();
    }
    return held;
  }
  std::mutex mutex;  // held while `hurry` runs, so that the component outlives it
  std::function<void()> hurry;
  std::uint32_t generation = fork_generation();
};

namespace {

constexpr std::uint64_t kInAll = 5'000'000'000U;
constexpr std::uint64_t kLeastEach = 200'000'000U;
constexpr std::uint64_t kComesBack = 10;  // a second in so many

/// Time is taken by ends and comes back slowly: what ends now and then has all of it.
struct Budget {
  std::mutex mutex;
  ForkLock fork_lock{mutex};
  std::vector<std::shared_ptr<void>> entries;
  std::uint64_t left = kInAll;
  std::uint64_t at = 0;
};

// Never destroyed: components may be static.
Budget& budget() {
  static auto* all = new Budget;
  return *all;
}

}  // namespace

Ending::Ending(std::function<void()> hurry) {
  random_bits();  // learns of forks from here on
  entry_ = std::make_shared<Entry>(std::move(hurry));
  const std::lock_guard lock(budget().mutex);
  budget().entries.push_back(entry_);
}

Ending::~Ending() { leave(); }

void Ending::leave() {
  if (entry_ == nullptr) return;
  {
    const std::lock_guard lock(budget().mutex);
    auto& entries = budget().entries;
    entries.erase(std::remove(entries.begin(), entries.end(), entry_), entries.end());
  }
  if (const auto lock = entry_->lock(); lock.owns_lock()) entry_->hurry = nullptr;
  entry_ = nullptr;
}

std::uint64_t Ending::begin() {
  leave();
  std::vector<std::shared_ptr<void>> others;
  begun_ = steady_nanos();
  std::uint64_t left = 0;
  {
    Budget& all = budget();
    const std::lock_guard lock(all.mutex);
    others = all.entries;
    all.left = std::min(kInAll, all.left + (begun_ - std::min(begun_, all.at)) / kComesBack);
    all.at = begun_;
    left = all.left;
  }
  for (const auto& each : others) {
    auto& other = *static_cast<Entry*>(each.get());
    if (const auto lock = other.lock(); lock.owns_lock() && other.hurry) other.hurry();
  }
  return begun_ + std::max(left, kLeastEach);
}

void Ending::over() {
  Budget& all = budget();
  const std::lock_guard lock(all.mutex);
  const std::uint64_t now = steady_nanos();
  all.left -= std::min(all.left, now - begun_);
  all.at = now;
}

}  // namespace tetrascope::kit
