#pragma once
// How far a command is, on standard error: one line that is written over on a terminal, now and then a line elsewhere.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace tetrascope::commands {

class Progress {
 public:
  explicit Progress(bool quiet);
  ~Progress() { end(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::string_view line);
  /// Leaves the last line standing.
  void end();

 private:
  bool quiet_, terminal_;
  bool open_ = false;
  std::chrono::steady_clock::time_point shown_{};
};

/// `1.5 GB`, `12 KB`.
std::string size_text(std::uint64_t bytes);

}  // namespace tetrascope::commands
