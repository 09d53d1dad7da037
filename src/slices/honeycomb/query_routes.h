#pragma once
// /1/queries and /1/query_results.

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "slices/honeycomb/saved_queries.h"

namespace tetrascope::honeycomb {

/// Questions in flight, so that one that was interrupted (the server ended) is asked again, and none twice.
/// Thread-safe.
class RunningQueries {
 public:
  /// False when it was there already.
  bool add(const std::string& id) {
    const std::lock_guard lock(mutex_);
    return ids_.insert(id).second;
  }
  void remove(const std::string& id) {
    const std::lock_guard lock(mutex_);
    ids_.erase(id);
  }

 private:
  std::mutex mutex_;
  std::set<std::string, std::less<>> ids_;
};

Response create_query(Middle& middle, const Request& request);
Response get_query(Middle& middle, const Request& request);
Response create_result(Middle& middle, const std::shared_ptr<RunningQueries>& running, const Request& request);
Response get_result(Middle& middle, const std::shared_ptr<RunningQueries>& running, const Request& request);

}  // namespace tetrascope::honeycomb
