#pragma once
// Sampling rules (dossier xray 6.1): kept in the control state; `Default` is always there.

#include <string>
#include <vector>

#include "slices/xray/call.h"

namespace tetrascope::xray {

/// A rule as stored: the members of the service model's SamplingRule, and its times.
struct SamplingRule {
  std::string name;
  Value rule;
  UnixNanos created, modified;
  std::int64_t version = 0;  ///< of the control state

  [[nodiscard]] double fixed_rate() const;
  [[nodiscard]] std::int64_t reservoir() const;
};

Outcomes<Value> create_sampling_rule(Call& call);
Outcomes<Value> update_sampling_rule(Call& call);
Outcomes<Value> delete_sampling_rule(Call& call);
/// All of them in one page: no SDK asks for a second.
Outcomes<Value> get_sampling_rules(Call& call);

/// By priority, then name; Default last.
Outcomes<std::vector<SamplingRule>> all_rules(const Call& call);
/// The newest change of any rule, deletions included.
Outcomes<UnixNanos> last_rule_change(const Call& call);
Outcomes<bool> is_rule_arn(const Call& call, const std::string& arn);

}  // namespace tetrascope::xray
