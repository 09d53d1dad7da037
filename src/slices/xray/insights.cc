#include "slices/xray/insights.h"

#include "slices/xray/groups.h"

namespace tetrascope::xray {

Outcomes<Value> get_insight_summaries(Call& call) {
  constexpr double kLongest = 30 * 86'400;
  XRAY_TRY(const auto range, time_range(call.body, kLongest, "Time range cannot be longer than 30 days"));
  (void)range;
  if (member(call.body, "GroupName") == nullptr && member(call.body, "GroupARN") == nullptr)
    return invalid("Specify GroupName or GroupARN");
  XRAY_TRY(const auto filter, group_filter(call));  // refuses a group that is not known
  (void)filter;
  return Value(Object{{"InsightSummaries", Value(Array{})}});
}

Outcomes<Value> get_insight(Call& call) {
  XRAY_TRY(const std::string id, required_text(call.body, "InsightId", 1, 64));
  return invalid("Insight not found: " + id);
}

}  // namespace tetrascope::xray
