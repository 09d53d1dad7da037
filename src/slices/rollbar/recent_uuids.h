#pragma once
// A second payload with a known uuid is discarded (dossier 1.5): SDKs send again what they got no answer for.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

namespace tetrascope::rollbar {

/// Remembers the uuids of the newest occurrences, those on their way to the disk included. Thread-safe. In memory: what
/// was stored shortly before a restart is told by remember().
class RecentUuids {
 public:
  using Waiter = std::move_only_function<void(const Result<void>&)>;
  enum class Seen { kNew, kStored, kWaiting };

  /// kNew: the caller stores it and calls finish(). kStored: there is nothing to do. kWaiting: another request is
  /// storing it, and `waiter` is called when that is done.
  Seen begin(const std::string& key, Waiter& waiter);
  /// On success the key is known from now on; on failure it is as if it had never come.
  void finish(const std::string& key, const Result<void>& stored);
  void remember(const std::string& key);

  static constexpr std::size_t kKept = 200'000;

 private:
  void keep(const std::string& key);

  struct State {
    bool stored = false;
    std::vector<Waiter> waiters;
  };
  std::mutex mutex_;
  std::unordered_map<std::string, State> states_;
  std::deque<std::string> stored_;  ///< oldest first
};

}  // namespace tetrascope::rollbar
