#pragma once
// Which columns a plan's reads have to bring: the engine would leave the others out itself, but works out each of them
// first, which for all attributes of a row takes longer than the answer.

#include <cstddef>
#include <vector>

#include "query/plan.h"

namespace tetrascope::plan {

/// The places of those of `columns` that `stages` ask for or leave in the answer; at least one.
std::vector<std::size_t> used_columns(const std::vector<Named>& columns, const std::vector<Stage>& stages);

}  // namespace tetrascope::plan
