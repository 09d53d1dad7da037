#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tetrascope/kit/stacktrace.h"

namespace tetrascope::kit {

struct Item;

enum class RollbarLevel { kDebug, kInfo, kWarning, kError, kCritical };

using RollbarFields = std::map<std::string, std::string>;

struct RollbarPerson {
  std::string id;
  std::string username;
  std::string email;
};

struct RollbarRequest {
  std::string url;
  std::string method;
  std::string query_string;
  std::string body;
  std::string user_ip;
  RollbarFields headers;
  RollbarFields params;
};

/// What a filter may look at before an item is queued.
struct RollbarReport {
  RollbarLevel level;
  std::string exception_class;  // empty for messages
  std::string message;
};

struct RollbarOptions {
  std::string access_token;  // empty: ROLLBAR_ACCESS_TOKEN; none: nothing is sent
  std::string environment;   // empty: ROLLBAR_ENVIRONMENT, then `development`
  /// Of items, or the API's `…/api/1/`. Empty: ROLLBAR_ENDPOINT, then Rollbar's own.
  std::string endpoint;
  std::string code_version;  // ties occurrences to deploys
  std::string root;          // of the sources; frames under it are the application's own
  std::string framework;
  /// Fields whose name contains one of these, whatever the letters' case, are sent as asterisks.
  std::vector<std::string> scrub_fields = {"password", "passwd",  "secret", "token",   "authorization",
                                           "cookie",   "api_key", "apikey", "session", "x-honeycomb-team"};
  /// True, or an exception: the item is not sent.
  std::function<bool(const RollbarReport&)> ignore;
  std::size_t items_per_minute = 60;
  std::size_t queue_items = 100;
  std::size_t queue_bytes = std::size_t{32} * 1024 * 1024;
  std::size_t telemetry_items = 50;
  std::size_t payload_bytes = std::size_t{512} * 1024;  // larger ones lose telemetry, then request and custom data
};

struct RollbarStats {
  std::uint64_t reported = 0;
  std::uint64_t sent = 0;
  std::uint64_t ignored = 0;
  std::uint64_t limited = 0;  // over items_per_minute, or the service's own limit
  std::uint64_t dropped = 0;  // the queue was full
  std::uint64_t failed = 0;
};

/// Reports errors to Rollbar from a thread of its own; no call waits for the network. Source: Rollbar API, POST item.
class Rollbar {
 public:
  explicit Rollbar(RollbarOptions options = {});
  Rollbar(const Rollbar&) = delete;
  Rollbar& operator=(const Rollbar&) = delete;
  /// As flush(5000).
  ~Rollbar();

  /// With the stack of where it was thrown, and of the exceptions nested in it. Returns the occurrence's uuid, empty
  /// when it is not sent. Throws nothing, so that it is safe where another exception is being handled.
  std::string report(const std::exception_ptr& exception, RollbarLevel level = RollbarLevel::kError,
                     const RollbarFields& custom = {});
  /// Of the exception being handled: for use in a catch block.
  std::string report_current(RollbarLevel level = RollbarLevel::kError, const RollbarFields& custom = {}) {
    return report(std::current_exception(), level, custom);
  }
  std::string message(RollbarLevel level, std::string_view text, const RollbarFields& custom = {});
  /// Remembered, and sent with items that follow.
  void telemetry(RollbarLevel level, std::string_view text);

  /// Runs `work`; an exception is reported and flies on.
  template <typename Work>
  auto guard(Work&& work) {
    try {
      return std::forward<Work>(work)();
    } catch (...) {
      report_current();
      throw;
    }
  }

  /// Reports what ends the program by std::terminate, within two seconds, then calls the handler that was there before.
  void install_terminate_handler();
  /// On SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT a small record is written to `file` by async-signal-safe calls
  /// alone, then the signal takes its course. A record from an earlier run is sent now; until Rollbar has answered it
  /// is kept in `file`.unsent, where the next crash takes its place. False: the file cannot be opened.
  bool install_crash_handler(const std::string& file);

  bool flush(long timeout_ms = 5'000);
  RollbarStats stats() const;

 private:
  class Sender;
  std::string offer(Item& item);

  std::unique_ptr<Sender> sender_;
};

/// What this thread's items are about, until the scope ends; inner scopes replace what they name.
class RollbarScope {
 public:
  RollbarScope(std::string context, RollbarRequest request, RollbarPerson person = {});
  RollbarScope(const RollbarScope&) = delete;
  RollbarScope& operator=(const RollbarScope&) = delete;
  ~RollbarScope();

 private:
  struct About;
  static About& about();
  friend class Rollbar;
  std::unique_ptr<About> previous_;
};

/// Stack of where the exception being handled was thrown; what `Span::record_exception` takes. Empty when not known.
Stacktrace thrown_stacktrace();

}  // namespace tetrascope::kit
