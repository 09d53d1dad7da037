#pragma once
// SQL of the functions that write text in other letters: inside query/ only.

#include <string>

#include "query/plan.h"

namespace tetrascope::plan {

/// `function`: kNaturalKey, kUrlEncode … kSha256, kHash. `x`: SQL of its argument.
std::string encoding_sql(Function function, const std::string& x);

}  // namespace tetrascope::plan
