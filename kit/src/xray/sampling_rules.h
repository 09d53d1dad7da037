#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tetrascope::kit {

/// What a rule is compared with; empty: not known, which matches everything. Source: X-Ray SDKs.
struct SampledRequest {
  std::string_view service;
  std::string_view host;
  std::string_view method;
  std::string_view path;
};

/// One of X-Ray's sampling rules with what this process has done by it.
struct SamplingRule {
  std::shared_ptr<const std::string> name;
  std::int64_t priority = 10'000;
  double fixed_rate = 0;
  std::int64_t reservoir = 0;
  std::string service, host, method, path;

  // Since the last report.
  std::int64_t requests = 0, sampled = 0, borrowed = 0;

  std::int64_t quota = -1;  // a second; -1: none given yet
  std::int64_t quota_until = 0;
  std::int64_t interval = 10;
  std::int64_t reported_at = 0;
  std::int64_t second = 0;  // in which `taken` was counted
  std::int64_t taken = 0;

  bool matches(const SampledRequest& request) const;
  /// From the reservoir, borrowed where no quota is known, or by the fixed rate. `random` is in [0, 1).
  bool take(std::int64_t now_seconds, double random);
};

/// The rules that a process may use of a GetSamplingRules answer, in the order of trying; with `before`'s counts and
/// quotas where the name is the same. Empty: not such an answer.
std::vector<SamplingRule> parse_rules(std::string_view body, const std::vector<SamplingRule>& before);

/// A SamplingTargets request of the rules that were used and are due; their counts begin anew. Empty: none is due.
std::string take_report(std::vector<SamplingRule>& rules, std::string_view client_id, std::int64_t now_seconds);

/// Sets rates and quotas from its answer. True: the rules have changed on the server and must be fetched.
bool apply_targets(std::vector<SamplingRule>& rules, std::string_view body, std::int64_t rules_fetched_at);

}  // namespace tetrascope::kit
