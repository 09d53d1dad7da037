#pragma once
// Keeps a reserve on the volume: rows are refused while there is still room for the engine, the small state and a
// deletion to work, so that a disk that fills up is an answer to clients and not the end of the server.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "storage/forwarding_storage.h"

namespace tetrascope::upkeep {

/// What the guard goes by; the keeper's thread looks at the volume and writes it down.
struct DiskGuardState {
  std::atomic<std::uint64_t> size{0}, free{0}, reserve{0};
  std::atomic<bool> is_full{false};  ///< less is free than the reserve
  std::atomic<std::uint64_t> refused{0};
};

/// A fiftieth of the volume, at most 1 GiB.
std::uint64_t disk_reserve(std::uint64_t volume_bytes);

/// Looks at the volume of `folder` and says in the log when it becomes full, and when it is not any more.
void look_at_disk(const std::filesystem::path& folder, DiskGuardState& state);

/// insert() is refused with kUnavailable, which every vendor's clients repeat, while the state says full.
std::unique_ptr<Storage> guarded(std::unique_ptr<Storage> inner, DiskGuardState& state);

}  // namespace tetrascope::upkeep
