#pragma once
// Columns of texts that are all known before anything is read, as "trace" and "debug" of a number's ranges are.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "query/plan.h"

namespace tetrascope::plan {

/// The texts that a column can be, each once; nullopt where it can be missing. No more than kMostChoices.
using Choices = std::vector<std::optional<std::string>>;
constexpr std::size_t kMostChoices = 255;

/// Of a column of the plan's reads, by its place, that conditions choose between constants and that is nothing but a
/// key of the plan's first aggregate, behind filters at most. Empty otherwise.
///
/// Rows of such a column are grouped by the number of their text, and each group gets the text then: a count by
/// severity over 10 M records takes a third of the time that it takes to write ten million texts and find their groups.
Choices key_choices(const Plan& plan, std::size_t column);

/// The place of `value`, a constant of the column, counted from 1 as the engine counts.
std::size_t choice_number(const Choices& choices, const Literal& value);

}  // namespace tetrascope::plan
