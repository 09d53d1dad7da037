#pragma once
// Starts tests/engine_node, a ClickHouse server in a process of its own.

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace tetrascope {

class EngineNode {
 public:
  EngineNode() = default;
  ~EngineNode() { stop(); }
  EngineNode(const EngineNode&) = delete;
  EngineNode& operator=(const EngineNode&) = delete;

  /// Waits until it answers. Ends the program with a message when it does not. The directory is created.
  void start(const std::filesystem::path& directory);
  void stop();
  /// As `kill -9` does.
  void kill();
  [[nodiscard]] const std::string& url() const { return url_; }  ///< `http://127.0.0.1:PORT`

 private:
  void wait_for_end();
  pid_t process_ = 0;
  int input_ = -1;  ///< the node ends when this closes, so it never outlives the test
  std::string url_;
};

}  // namespace tetrascope
