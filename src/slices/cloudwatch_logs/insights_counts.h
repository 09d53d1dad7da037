#pragma once
// What an Insights query looked at: GetQueryResults says it beside the rows.

#include <span>

#include "query/plan.h"

namespace tetrascope::cloudwatch_logs {

/// One row: how many events `read` has, and how many bytes of messages; where `stages` filter, then how many pass.
/// `stages` end where a query cuts, joins or multiplies its rows.
plan::Plan counted_plan(plan::TimeRange range, plan::TableRead read, std::span<const plan::Stage> stages);

/// As many of them, from the first on, as counted_plan() takes.
std::span<const plan::Stage> counted_stages(std::span<const plan::Stage> stages);

}  // namespace tetrascope::cloudwatch_logs
