#pragma once
// Insights queries that run, and the results of those that ran: the newest, within bounds. Ended ones are kept in the
// control state too, within a bound of their own (query_store.h).

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "slices/cloudwatch_logs/operation.h"

namespace tetrascope::cloudwatch_logs {

struct QueryOutcome {
  Array rows;  ///< as GetQueryResults shows them
  std::int64_t matched = 0;
  std::int64_t scanned = 0;
  std::int64_t bytes = 0;
  std::int64_t groups = 0;
};

struct StartedQuery {
  enum class Status { kRunning, kComplete, kFailed, kCancelled, kTimeout };
  std::string id;
  std::string region;
  std::string shown_query;          ///< as DescribeQueries shows it: with its groups and range
  std::vector<std::string> groups;  ///< their names; one at least
  std::int64_t created_ms = 0;
  std::int64_t duration_ms = 0;
  Status status = Status::kRunning;
  QueryOutcome outcome;
};

/// Thread-safe.
class Queries {
 public:
  explicit Queries(Middle& middle) : middle_(middle) {}

  /// Runs `work` on the pool for questions. False when that is full.
  bool start(StartedQuery query, std::function<Result<QueryOutcome>()> work);
  /// Waits a moment for a query that runs. nullopt: none of that id in the region.
  std::optional<StartedQuery> wait(const std::string& region, const std::string& id,
                                   std::chrono::milliseconds patience);
  /// False when it does not run (any more); nullopt: no such query.
  std::optional<bool> stop(const std::string& region, const std::string& id);
  /// Without their results, the newest first.
  std::vector<StartedQuery> list(const std::string& region);

 private:
  struct Entry {
    StartedQuery query;
    std::size_t bytes = 0;   ///< of its rows in memory
    std::size_t stored = 0;  ///< of its document; 0: not in the control state
  };
  using EntryPtr = std::shared_ptr<Entry>;
  EntryPtr find(const std::string& region, const std::string& id);
  void finish(const EntryPtr& entry, Result<QueryOutcome> outcome, std::int64_t duration_ms);
  /// Those whose documents are to go too.
  std::vector<EntryPtr> forget_old();
  void load();

  Middle& middle_;
  std::once_flag loaded_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<EntryPtr> entries_;  ///< the oldest first
};

std::string_view status_name(StartedQuery::Status status);

}  // namespace tetrascope::cloudwatch_logs
