#pragma once
// Sessions of StartLiveTail: what came since the last second, pushed to those who listen.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "net/body_stream.h"
#include "query/plan.h"
#include "query/runner.h"

namespace tetrascope::cloudwatch_logs {

struct LiveQuestion {
  plan::ExprPtr condition;  ///< of a TableRead of logs
  plan::ExprPtr group;      ///< the `logGroupIdentifier` of a row; for a TableRead of logs
  /// Not null: events for which it is false are left out.
  std::function<bool(std::string_view message)> matches = {};
};

/// Thread-safe. One thread asks for all sessions in turn, so that however many there are, they take one of the engine's
/// places. It runs while there are any.
class LiveSessions {
 public:
  explicit LiveSessions(const plan::Runner& runner) : runner_(runner) {}

  /// Bounds of the service (dossier cloudwatch_logs 1.8 and 9.1).
  static constexpr std::size_t kMostSessions = 15;
  static constexpr std::size_t kMostResults = 500;
  static constexpr auto kLongest = std::chrono::hours(3);
  static constexpr auto kEvery = std::chrono::seconds(1);

  /// Pushes an update to `stream` every second, of what came after `since` (Unix nanoseconds), until the client goes or
  /// three hours have passed. False when there are too many sessions.
  bool start(LiveQuestion question, std::int64_t since, std::shared_ptr<BodyStream> stream);

 private:
  struct Session {
    LiveQuestion question;
    std::int64_t since = 0;
    std::shared_ptr<BodyStream> stream;
    std::chrono::steady_clock::time_point end;
    std::map<std::string, std::size_t> seen = {};  ///< ids among those that may be read again, and how often
    bool sampled = false;                          ///< something was left out since the last update that got through
    int failures = 0;                              ///< in a row
  };
  using SessionPtr = std::shared_ptr<Session>;

  void run(const std::stop_token& stop);
  /// False when the session is over.
  bool update(Session& session);

  const plan::Runner& runner_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<SessionPtr> sessions_;
  std::jthread thread_;  ///< the last member: it uses the others
};

}  // namespace tetrascope::cloudwatch_logs
