#pragma once
// Retrievals of traces by token (dossier xray 7.6). They are complete as soon as they begin, since all is at hand.

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "slices/xray/call.h"

namespace tetrascope::xray {

/// Thread-safe. The newest stay; they end after an hour, or with the server, as jobs do.
class Retrievals {
 public:
  struct Job {
    std::string token;
    std::vector<TraceId> ids;
    plan::TimeRange range;
    UnixNanos begun;
    bool cancelled = false;
  };
  std::string start(std::vector<TraceId> ids, plan::TimeRange range, UnixNanos now);
  [[nodiscard]] std::optional<Job> find(const std::string& token, UnixNanos now) const;
  void cancel(const std::string& token);

 private:
  static constexpr std::size_t kMostJobs = 1'000;
  mutable std::mutex mutex_;
  std::deque<Job> jobs_;
};

Outcomes<Value> start_retrieval(Call& call, Retrievals& retrievals);
Outcomes<Value> list_retrieved(Call& call, const Retrievals& retrievals);
Outcomes<Value> retrieved_graph(Call& call, const Retrievals& retrievals);
Outcomes<Value> cancel_retrieval(Call& call, Retrievals& retrievals);

}  // namespace tetrascope::xray
