#pragma once
// The directory that one process's engine owns: created, locked, and given the engine's configuration.

#include <filesystem>
#include <string>

#include "base/result.h"

namespace tetrascope {

/// A lock on a directory, which ends with the object or with the process, however that ends.
class DataDirLock {
 public:
  /// Creates the directory when it is missing, and takes the lock in its file `lock`.
  /// Errors: kUnavailable, one line with the directory and what to do: in use by another process, cannot be created or
  /// written.
  static Result<DataDirLock> take(const std::filesystem::path& directory);
  ~DataDirLock();
  DataDirLock(DataDirLock&& other) noexcept;
  DataDirLock& operator=(DataDirLock&&) = delete;

 private:
  explicit DataDirLock(int file) : file_(file) {}
  int file_;
};

/// Creates the directory and those above it where missing. Errors: kUnavailable.
Result<void> make_directory(const std::filesystem::path& directory);

/// The engine's configuration: memory, caches and background threads that fit a small machine.
std::string engine_config_xml(std::size_t memory_bytes, std::size_t threads);

/// Writes `text` to `file`, all of it or none. Errors: kUnavailable.
Result<void> write_file(const std::filesystem::path& file, const std::string& text);

}  // namespace tetrascope
