#pragma once
// Whether a plan makes sense, and what columns come out of it.

#include <string>
#include <vector>

#include "base/result.h"
#include "query/plan.h"

namespace tetrascope::plan {

struct OutputColumn {
  std::string name;
  Type type;
};

/// Bounds of every plan, whatever the language: they keep the SQL and the engine's work finite.
inline constexpr int kMaxExprDepth = 64;
inline constexpr int kMaxExprNodes = 10'000;
inline constexpr int kMaxStages = 64;
inline constexpr int kMaxSubPlanDepth = 4;

/// Types, arity, names, bounds, regular expressions (compiled with RE2). What check() accepts, write_sql() can write.
/// Errors: kInvalid with the place: `aggregate 'p99': quantile of text, want a number`.
Result<std::vector<OutputColumn>> check(const Plan& plan);

}  // namespace tetrascope::plan
