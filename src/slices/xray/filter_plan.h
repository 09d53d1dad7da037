#pragma once
// What of a filter the store can look for, so that only traces that may fit are put together.

#include "query/plan.h"
#include "slices/xray/filter.h"

namespace tetrascope::xray {

/// A condition on the column trace_id that every trace that fits the filter fulfils, others perhaps too; null when the
/// store can leave nothing out. `range`: where the traces' spans are. Groups must have been replaced (with_groups).
plan::ExprPtr candidates(const Filter& filter, plan::TimeRange range);

}  // namespace tetrascope::xray
