#pragma once
// What is the same for a whole as for its parts together: totals of groups and of time steps that were asked for
// anyway.

#include <vector>

#include "model/value.h"
#include "slices/honeycomb/query_spec.h"

namespace tetrascope::honeycomb {

/// COUNT, SUM, MIN, MAX and HEATMAP; a formula of them is not.
bool folds(const QuerySpec& spec);

/// Adds the values of one part, one a calculation and as the engine gives them, to those of the parts before. `whole`
/// is empty before the first.
void fold(const QuerySpec& spec, const std::vector<Value>& part, std::vector<Value>& whole);

}  // namespace tetrascope::honeycomb
