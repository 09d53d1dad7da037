#include "support/bad_disk.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace tetrascope::bad_disk {

std::atomic<bool> sync_fails = false;

namespace {

int sync_by(long call, int file) {
  if (sync_fails) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(syscall(call, file));
}

}  // namespace
}  // namespace tetrascope::bad_disk

extern "C" int fsync(int file) { return tetrascope::bad_disk::sync_by(SYS_fsync, file); }
extern "C" int fdatasync(int file) { return tetrascope::bad_disk::sync_by(SYS_fdatasync, file); }
