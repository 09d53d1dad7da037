#pragma once
// Inserts of which nobody knows whether they were stored, because their answer got lost.
//
// A server that is still the same process tells a repeated insert by its token. One that was killed in between may not:
// MergeTree writes the token down before the rows, so a restarted server can know a token whose rows it never got, and
// would take the repetition for done. Such an insert is repeated under another token: its rows may then be there twice,
// but they are there.

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tetrascope {

/// Thread-safe.
class Doubts {
 public:
  using Clock = std::chrono::steady_clock;

  /// How long ago this insert was first sent, if it was and has not been answered.
  std::optional<std::chrono::seconds> age(std::string_view table, std::string_view token,
                                          Clock::time_point now = Clock::now()) {
    const std::lock_guard lock(mutex_);
    const auto found = first_sent_.find(key(table, token));
    if (token.empty() || found == first_sent_.end()) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::seconds>(now - found->second);
  }
  void begin(std::string_view table, std::string_view token, Clock::time_point now = Clock::now()) {
    if (token.empty()) return;
    const std::lock_guard lock(mutex_);
    if (first_sent_.size() >= kMost)
      std::erase_if(first_sent_, [&](const auto& entry) { return now - entry.second > kForgetAfter; });
    first_sent_.try_emplace(key(table, token), now);
  }
  void end(std::string_view table, std::string_view token) {
    const std::lock_guard lock(mutex_);
    first_sent_.erase(key(table, token));
  }

 private:
  static constexpr std::size_t kMost = 1000;
  /// Longer than anybody repeats a commit.
  static constexpr std::chrono::minutes kForgetAfter{10};

  static std::pair<std::string, std::string> key(std::string_view table, std::string_view token) {
    return {std::string(table), std::string(token)};
  }
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Clock::time_point> first_sent_;
};

/// Whether a server that has been up for so long may be another process than the one that was asked `age` ago.
/// Both are cut to whole seconds, and a server counts from a moment after its start.
constexpr bool may_have_restarted(std::chrono::seconds up, std::chrono::seconds age) {
  return up <= age + std::chrono::seconds(2);
}

}  // namespace tetrascope
