#pragma once
// How many arguments each plan::Function takes: inside query/ only.

#include <string_view>

#include "query/plan.h"

namespace tetrascope::plan {

struct Arity {
  Function function;
  std::string_view name;
  std::size_t least;
  std::size_t most;
};
const Arity& arity(Function function);

}  // namespace tetrascope::plan
