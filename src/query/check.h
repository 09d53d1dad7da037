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

/// Bounds of every plan, whatever the language: they keep the SQL and the engine's work finite. A plan counts with the
/// plans inside it.
inline constexpr int kMaxExprDepth = 64;
inline constexpr int kMaxExprNodes = 10'000;
inline constexpr int kMaxStages = 64;
inline constexpr int kMaxSubPlanDepth = 4;
inline constexpr std::size_t kMaxReads = 8;
inline constexpr std::size_t kMaxColumns = 1'000;
inline constexpr int kMaxBins = 1'000;
inline constexpr std::size_t kMaxRollups = 16;
inline constexpr std::size_t kMaxRolledUpKeys = 60;  // the engine's grouping() has a bit for each
inline constexpr int kMaxValues = 10'000;            ///< of kValues and kTopValues
inline constexpr std::uint64_t kMaxLimit = 10'000'000;
inline constexpr std::size_t kMaxTextBytes = std::size_t{4} << 20;  ///< literals, names and keys together
inline constexpr std::size_t kMaxParameters = 900;    ///< different literals, keys and patterns: servers take 1,000
inline constexpr std::size_t kMaxSqlBytes = 500'000;  ///< which a few deep conversions can reach

/// Types, arity, names, bounds, regular expressions (compiled with RE2). What check() accepts, write_sql() can write.
/// Errors: kInvalid with the place: `aggregate 'p99': quantile of text, want a number`.
Result<std::vector<OutputColumn>> check(const Plan& plan);

}  // namespace tetrascope::plan
