// A disk that breaks and gets well again, for LD_PRELOAD: while the file $FAILING_DISK_SWITCH says `sync` or `write`,
// what a process syncs or writes to files below $FAILING_DISK fails, with EIO or ENOSPC.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { kWordBytes = 16 };

static int switch_says(const char* word) {
  const char* path = getenv("FAILING_DISK_SWITCH");
  char text[kWordBytes] = "";
  const int before = errno;
  const int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  if (file >= 0) {
    const ssize_t size = syscall(SYS_read, file, text, sizeof text - 1);
    text[size > 0 ? size : 0] = '\0';
    close(file);
  }
  errno = before;
  return strcmp(text, word) == 0;
}

static int is_below(int file) {
  const char* folder = getenv("FAILING_DISK");
  char link[64], path[PATH_MAX];
  if (folder == NULL) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t size = readlink(link, path, sizeof path);
  const size_t wanted = strlen(folder);
  return size > 0 && (size_t)size >= wanted && strncmp(path, folder, wanted) == 0;
}

static int fails(int file, const char* word, int why) {
  if (!switch_says(word) || !is_below(file)) return 0;
  errno = why;
  return 1;
}

int fsync(int file) { return fails(file, "sync", EIO) ? -1 : (int)syscall(SYS_fsync, file); }
int fdatasync(int file) { return fails(file, "sync", EIO) ? -1 : (int)syscall(SYS_fdatasync, file); }

ssize_t write(int file, const void* bytes, size_t size) {
  return fails(file, "write", ENOSPC) ? -1 : syscall(SYS_write, file, bytes, size);
}
ssize_t writev(int file, const struct iovec* parts, int count) {
  return fails(file, "write", ENOSPC) ? -1 : syscall(SYS_writev, file, parts, count);
}
ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
  return fails(file, "write", ENOSPC) ? -1 : syscall(SYS_pwrite64, file, bytes, size, at);
}
ssize_t pwrite64(int file, const void* bytes, size_t size, off_t at) { return pwrite(file, bytes, size, at); }
ssize_t pwritev(int file, const struct iovec* parts, int count, off_t at) {
  return fails(file, "write", ENOSPC) ? -1 : syscall(SYS_pwritev, file, parts, count, at, at >> 31 >> 1);
}
