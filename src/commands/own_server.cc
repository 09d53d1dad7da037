#include "commands/own_server.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <system_error>
#include <vector>

namespace tetrascope::commands {
namespace {

/// The ready line, or all that was said when there is none.
std::string read_line(int file) {
  std::string line;
  for (char byte = 0; byte != '\n';) {
    const ssize_t got = ::read(file, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    line.push_back(byte);
  }
  return line;
}

/// The child's side: never returns. Only calls that are allowed after a fork.
[[noreturn]] void become_server(const std::vector<const char*>& words, int output) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // a command that is killed leaves no server behind
  ::dup2(output, STDOUT_FILENO);
  ::execv("/proc/self/exe", const_cast<char* const*>(words.data()));
  ::_exit(127);
}

}  // namespace

bool is_idle_store(const std::filesystem::path& data_dir) {
  std::error_code error;
  if (!std::filesystem::is_directory(data_dir / "store", error)) return false;
  // What a server holds while it lives (storage/chdb/data_dir.h). Closing it gives it free again.
  const int file = ::open((data_dir / "lock").c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return false;
  const bool idle = ::flock(file, LOCK_EX | LOCK_NB) == 0;
  ::close(file);
  return idle;
}

Result<std::unique_ptr<OwnServer>> OwnServer::start(const std::filesystem::path& data_dir) {
  const std::string folder = data_dir.string();
  const std::vector<const char*> words = {"tetrascope",  "serve",  "--data-dir",  folder.c_str(), "--http",
                                          "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--xray",       "127.0.0.1:0",
                                          "--log-level", "error",  nullptr};
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(ErrorCode::kUnavailable, std::strerror(errno));
  const pid_t process = ::fork();
  if (process == 0) become_server(words, ends[1]);
  ::close(ends[1]);
  if (process < 0) {
    ::close(ends[0]);
    return fail(ErrorCode::kUnavailable, std::strerror(errno));
  }
  std::unique_ptr<OwnServer> server(new OwnServer(process));
  const std::string line = read_line(ends[0]);
  ::close(ends[0]);
  if (!line.starts_with("tetrascope ready "))
    return fail(ErrorCode::kUnavailable, "the store in " + folder + " cannot be opened");
  return server;
}

OwnServer::~OwnServer() {
  ::kill(process_, SIGTERM);
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace tetrascope::commands
