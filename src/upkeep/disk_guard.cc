#include "upkeep/disk_guard.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "upkeep/store_sizes.h"

namespace tetrascope::upkeep {
namespace {

constexpr std::uint64_t kReservedShare = 50;
constexpr std::uint64_t kMostReserved = std::uint64_t{1} << 30;

class GuardedStorage final : public ForwardingStorage {
 public:
  GuardedStorage(std::unique_ptr<Storage> inner, DiskGuardState& state)
      : ForwardingStorage(std::move(inner)), state_(state) {}

  Result<void> insert(const Insert& rows) override { return commit({&rows, 1}); }

  Result<void> commit(std::span<const Insert> inserts) override {
    if (state_.is_full) {
      state_.refused += inserts.size();
      return fail(ErrorCode::kUnavailable, "the server's disk is nearly full; send it again later");
    }
    return inner().commit(inserts);
  }

 private:
  DiskGuardState& state_;
};

}  // namespace

std::uint64_t disk_reserve(std::uint64_t volume_bytes) {
  return std::min(volume_bytes / kReservedShare, kMostReserved);
}

void look_at_disk(const std::filesystem::path& folder, DiskGuardState& state) {
  const DiskSpace space = disk_space(folder);
  if (space.size == 0) return;  // it cannot be asked: nobody is refused for that
  state.size = space.size;
  state.free = space.free;
  state.reserve = disk_reserve(space.size);
  // Half of the reserve more before it is open again, so that it does not open and close with every merge.
  const bool was_full = state.is_full;
  const bool is_full = space.free < state.reserve + (was_full ? state.reserve / 2 : 0);
  if (is_full == was_full) return;
  state.is_full = is_full;
  if (is_full)
    log_error(
        "the disk of {} is nearly full: {} MB are free and {} MB are kept as a reserve; what comes is refused until "
        "there is room: `tetrascope delete --before 7d --yes`, a smaller --max-disk, or a shorter --retention-…",
        folder.string(), space.free / 1'000'000, state.reserve / 1'000'000);
  else
    log_info("the disk of {} has room again: {} MB", folder.string(), space.free / 1'000'000);
}

std::unique_ptr<Storage> guarded(std::unique_ptr<Storage> inner, DiskGuardState& state) {
  return std::make_unique<GuardedStorage>(std::move(inner), state);
}

}  // namespace tetrascope::upkeep
