#include "storage/engine_node.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace tetrascope {
namespace {

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "engine node: %s\n", why.c_str());
  std::exit(1);
}

/// TETRASCOPE_ENGINE_NODE, else beside this program.
std::filesystem::path program() {
  if (const char* chosen = std::getenv("TETRASCOPE_ENGINE_NODE"); chosen != nullptr) return chosen;
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "tetrascope-engine-node";
}

}  // namespace

void EngineNode::start(const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);
  const std::string path = program().string();
  const std::string where = "--path=" + directory.string();
  int input[2];
  int output[2];
  if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) give_up("no pipe");
  process_ = fork();
  if (process_ < 0) give_up("cannot fork");
  if (process_ == 0) {
    dup2(input[0], STDIN_FILENO);
    dup2(output[1], STDOUT_FILENO);
    execl(path.c_str(), path.c_str(), where.c_str(), nullptr);
    _exit(127);
  }
  ::close(input[0]);
  ::close(output[1]);
  input_ = input[1];

  std::string line;
  char c = 0;
  while (line.size() < 200 && read(output[0], &c, 1) == 1 && c != '\n') line += c;
  ::close(output[0]);
  constexpr std::string_view kReady = "ready ";
  if (!line.starts_with(kReady)) give_up(path + " did not start; it said: " + line);
  url_ = "http://" + line.substr(kReady.size());
}

void EngineNode::stop() {
  if (process_ == 0) return;
  ::kill(process_, SIGTERM);
  wait_for_end();
}

void EngineNode::kill() {
  if (process_ == 0) return;
  ::kill(process_, SIGKILL);
  wait_for_end();
}

void EngineNode::wait_for_end() {
  waitpid(process_, nullptr, 0);
  process_ = 0;
  ::close(input_);
  input_ = -1;
}

}  // namespace tetrascope
