#pragma once
// A disk that does not take what is synced to it. The test program's own fsync() and fdatasync() stand in front of the
// C library's.

#include <atomic>

namespace tetrascope::bad_disk {

/// While true every sync of this process fails with EIO, as on a disk that breaks.
extern std::atomic<bool> sync_fails;

}  // namespace tetrascope::bad_disk
