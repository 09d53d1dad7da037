#pragma once
// Metric filters and subscription filters: what an API call made, kept as it is described.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "slices/cloudwatch_logs/log_groups.h"

namespace tetrascope::cloudwatch_logs {

/// `space`: kMetricFilters or kSubscriptionFilters. `filter`: as Describe… shows it; replaces one of its name.
Outcome<void> put_filter(Call& call, std::string_view space, const LogGroup& group, std::string_view name,
                         const Object& filter);
/// Of one group, or of all groups of the region (null), whose name begins with `prefix`; by name.
Outcome<std::vector<Object>> list_filters(Call& call, std::string_view space, const LogGroup* group,
                                          std::string_view prefix);
/// False when there is none.
Outcome<bool> remove_filter(Call& call, std::string_view space, const LogGroup& group, std::string_view name);

Outcome<std::size_t> count_metric_filters(Call& call, const LogGroup& group);

}  // namespace tetrascope::cloudwatch_logs
