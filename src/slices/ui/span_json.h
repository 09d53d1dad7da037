#pragma once
// One span with everything that the store has of it.

#include <vector>

#include "base/ids.h"
#include "model/value.h"
#include "query/plan.h"
#include "query/run.h"

namespace tetrascope::ui {

/// The spans of a trace, by start, with the columns that span_json() reads.
plan::Plan whole_spans_plan(const TraceId& trace, std::size_t limit);

/// A span as docs/protocols/ui.md has it.
Value span_json(const plan::Answer& answer, const std::vector<Value>& row);

}  // namespace tetrascope::ui
