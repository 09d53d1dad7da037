#pragma once
// Reads of a plan that cannot change its answer.

#include <vector>

#include "query/plan.h"

namespace tetrascope::plan {

/// Places in `plan.reads` of those that the answer needs: one at least.
///
/// Where rows are aggregated at once, a read is left out when each call's argument is missing in all of its rows (which
/// every function passes over), and it cannot make a group of its own either: there are no keys, or it opens links,
/// and another read has the same spans with the same keys. A heatmap of durations over everything asks neither span
/// events nor links, which have none: two thirds of its cost.
std::vector<std::size_t> needed_reads(const Plan& plan);

}  // namespace tetrascope::plan
