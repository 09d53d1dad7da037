#pragma once
// Which columns a plan's reads have to bring: the engine would leave the others out itself, but works out each of them
// first, which for all attributes of a row takes longer than the answer.

#include <cstddef>
#include <string_view>
#include <vector>

#include "query/plan.h"

namespace tetrascope::plan {

/// The places of those of `columns` that `stages` ask for or leave in the answer; at least one.
std::vector<std::size_t> used_columns(const std::vector<Named>& columns, const std::vector<Stage>& stages);

/// Whether `stages`, up to the first one that says which columns there are from then on, ask for the column `name`.
bool mentions(const std::vector<Stage>& stages, std::string_view name);

}  // namespace tetrascope::plan
