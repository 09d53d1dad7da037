#pragma once
// How much each client of a sampling rule may take, and what they said they took (dossier xray 6.3–6.5). In memory:
// clients report every ten seconds.

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>

#include "slices/xray/call.h"
#include "slices/xray/sampling_rules.h"

namespace tetrascope::xray {

/// Thread-safe.
class SamplingTargets {
 public:
  struct Report {
    std::string rule, client;
    std::int64_t requests = 0, sampled = 0, borrowed = 0;
  };
  /// Notes the report and gives the client's share of the rule's reservoir: all of it for a lone client.
  std::int64_t report(const Report& report, std::int64_t reservoir, UnixNanos now);

  struct Window {
    std::string rule;
    std::int64_t seconds = 0;  ///< where it begins; ten seconds long
    std::int64_t requests = 0, sampled = 0, borrowed = 0;
  };
  /// Newest first.
  [[nodiscard]] std::vector<Window> windows() const;

  /// The boosted rate of a rule, and until when, for anomalies that a client reports; nullopt while it cools down.
  std::optional<std::pair<double, UnixNanos>> boost(const SamplingRule& rule, double anomalies, double total,
                                                    UnixNanos now);

 private:
  static constexpr std::size_t kMostClients = 10'000;
  static constexpr std::int64_t kActiveSeconds = 30, kKeptSeconds = 3'600, kWindowSeconds = 10;
  mutable std::mutex mutex_;
  std::map<std::string, std::map<std::string, UnixNanos>> clients_;  ///< by rule: client, last report
  std::map<std::pair<std::int64_t, std::string>, Window> windows_;
  struct Boost {
    double rate = 0;
    UnixNanos until, next;
  };
  std::map<std::string, Boost> boosts_;
};

Outcomes<Value> get_sampling_targets(Call& call, SamplingTargets& targets);
Outcomes<Value> get_sampling_statistics(Call& call, const SamplingTargets& targets);

}  // namespace tetrascope::xray
