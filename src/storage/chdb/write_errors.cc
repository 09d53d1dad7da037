#include "storage/chdb/write_errors.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

namespace tetrascope {
namespace {

/// A number is given again as soon as its file is gone, so the time of birth belongs to it (0 where none is kept).
struct FileIdentity {
  std::uint32_t device_major = 0, device_minor = 0;
  std::uint64_t number = 0;
  std::int64_t born_seconds = 0;
  std::uint32_t born_nanos = 0;
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

/// Of a regular file.
std::optional<FileIdentity> identity_of(int file) {
  struct statx status{};
  if (statx(file, "", AT_EMPTY_PATH, STATX_TYPE | STATX_INO | STATX_BTIME, &status) != 0) return std::nullopt;
  if (!S_ISREG(status.stx_mode)) return std::nullopt;
  FileIdentity identity{status.stx_dev_major, status.stx_dev_minor, status.stx_ino};
  if ((status.stx_mask & STATX_BTIME) == 0) return identity;
  identity.born_seconds = status.stx_btime.tv_sec;
  identity.born_nanos = status.stx_btime.tv_nsec;
  return identity;
}

struct MarkedFile {
  FileIdentity file;
  int why;  ///< of errno
};

/// Leaked: the engine's threads may write until the process is gone.
struct MarkedFiles {
  std::mutex mutex;
  std::deque<MarkedFile> files;
  std::atomic<std::size_t> count = 0;
};
MarkedFiles& marked() {
  static auto* const kFiles = new MarkedFiles;
  return *kFiles;
}

/// The C library's function of that name, or of whatever was loaded in front of it.
template <class Function>
Function* behind(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

void mark(int file, int why) {
  const auto identity = identity_of(file);
  if (!identity) return;
  MarkedFiles& all = marked();
  const std::lock_guard lock(all.mutex);
  all.files.push_back({*identity, why});
  if (all.files.size() > kMostMarkedFiles) all.files.pop_front();
  all.count = all.files.size();
}

/// What went wrong with a write to it; 0: nothing. It is told once, as the kernel does.
int take_mark(int file) {
  MarkedFiles& all = marked();
  if (all.count == 0) return 0;
  const auto identity = identity_of(file);
  if (!identity) return 0;
  const std::lock_guard lock(all.mutex);
  int why = 0;
  std::erase_if(all.files, [&](const MarkedFile& one) {
    if (one.file != *identity) return false;
    why = one.why;
    return true;
  });
  all.count = all.files.size();
  return why;
}

int sync_by(int (*sync)(int), int file) {
  const int why = take_mark(file);
  if (why == 0) return sync(file);
  errno = why;
  return -1;
}

}  // namespace

std::size_t files_with_lost_writes() { return marked().count; }

}  // namespace tetrascope

#pragma GCC visibility push(default)

extern "C" ssize_t write(int file, const void* bytes, size_t size) {
  static auto* const kWrite = tetrascope::behind<ssize_t(int, const void*, size_t)>("write");
  const ssize_t wrote = kWrite(file, bytes, size);
  if (wrote >= 0) return wrote;
  const int why = errno;
  if (why != EINTR && why != EAGAIN) tetrascope::mark(file, why);
  errno = why;
  return wrote;
}

extern "C" int fsync(int file) {
  static auto* const kSync = tetrascope::behind<int(int)>("fsync");
  return tetrascope::sync_by(kSync, file);
}

extern "C" int fdatasync(int file) {
  static auto* const kSync = tetrascope::behind<int(int)>("fdatasync");
  return tetrascope::sync_by(kSync, file);
}

#pragma GCC visibility pop
