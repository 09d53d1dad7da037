#pragma once
// A server of a command's own, for a data directory that no server has.

#include <sys/types.h>

#include <filesystem>
#include <memory>

#include "base/result.h"

namespace tetrascope::commands {

/// Whether there is a store in it that no process has.
bool is_idle_store(const std::filesystem::path& data_dir);

/// This program again, as a server that listens on free ports of this machine only; it is told to stop, and waited for,
/// when the object goes. Opening a store means what it always does: what the journal holds goes into the tables, and
/// tables of an earlier version come forward.
class OwnServer {
 public:
  /// Returns when it answers. Errors: kUnavailable; it has then said on standard error what is wrong.
  static Result<std::unique_ptr<OwnServer>> start(const std::filesystem::path& data_dir);
  ~OwnServer();
  OwnServer(const OwnServer&) = delete;
  OwnServer& operator=(const OwnServer&) = delete;

 private:
  explicit OwnServer(pid_t process) : process_(process) {}

  pid_t process_;
};

}  // namespace tetrascope::commands
