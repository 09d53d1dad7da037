#include "upkeep/keeper.h"

#include <pthread.h>

#include <algorithm>

#include "base/log.h"
#include "upkeep/disk_budget.h"
#include "upkeep/retention.h"

namespace tetrascope::upkeep {
namespace {

constexpr std::chrono::seconds kLookAtDisk{1}, kLookAtBudget{5}, kLookAtParts{60};
/// A server that has just started answers first.
constexpr std::chrono::seconds kFirstTidying{60};

/// Something that is done every so often.
class Every {
 public:
  using Clock = std::chrono::steady_clock;
  Every(std::chrono::seconds pause, std::chrono::seconds first) : pause_(pause), next_(Clock::now() + first) {}
  bool is_due() {
    if (Clock::now() < next_) return false;
    next_ = Clock::now() + pause_;
    return true;
  }

 private:
  std::chrono::seconds pause_;
  Clock::time_point next_;
};

void warn(std::string_view what, const Result<void>& done) {
  if (!done) log_warning("{} could not be done now: {}", what, done.error().message);
}

}  // namespace

Keeper::Keeper(const Surroundings& around, const KeepingRules& rules, DroppedRows& dropped, DiskGuardState& disk)
    : around_(around), rules_(rules), dropped_(dropped), disk_(disk), thread_([this](const std::stop_token& stop) {
        run(stop);
      }) {}

void Keeper::run(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "keeper");
  Every parts(std::min(kLookAtParts, rules_.tidy_every), std::min(kLookAtParts, rules_.tidy_every));
  Every rows(rules_.tidy_every, std::min(kFirstTidying, rules_.tidy_every));
  Every budget(kLookAtBudget, std::chrono::seconds(1));
  while (!stop.stop_requested()) {
    if (!around_.data_dir.empty()) look_at_disk(around_.data_dir, disk_);
    if (rules_.max_disk > 0 && budget.is_due())
      warn("keeping within --max-disk", hold_disk_budget(around_, rules_.max_disk, dropped_));
    if (parts.is_due()) warn("retention", drop_expired_parts(around_, rules_, dropped_, UnixNanos::now()));
    if (rows.is_due()) {
      const auto give_up = [&stop] { return stop.stop_requested(); };
      warn("retention", remove_expired_rows(around_, rules_, dropped_, UnixNanos::now(), give_up));
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kLookAtDisk, [] { return false; });
  }
}

}  // namespace tetrascope::upkeep
