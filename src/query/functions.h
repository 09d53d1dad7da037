#pragma once
// Signatures of plan::Function: what each takes, and what comes out.

#include <span>
#include <string_view>

#include "base/result.h"
#include "query/plan.h"

namespace tetrascope::plan {

inline constexpr std::size_t kMaxPatternBytes = 4096;
inline constexpr std::int64_t kMaxBucketNanos = std::int64_t{366} * 86'400 * kNanosPerSecond;

/// The enumerator without its k, in snake case: `starts_with`.
std::string_view function_name(Function function);
std::string_view aggregate_name(AggregateOp op);

/// The type of `call`, whose arguments have the types `arguments` (as many as the call has).
/// Errors: kInvalid: too few or many arguments, types that do not fit, a bad pattern, format or subnet.
Result<Type> result_type(const Call& call, std::span<const Type> arguments);

/// How many groups `pattern` has. Errors: kInvalid when RE2 does not take it, or it is longer than kMaxPatternBytes.
Result<int> count_groups(std::string_view pattern);

/// Null unless `expr` is a literal text.
const std::string* literal_text(const Expr& expr);

}  // namespace tetrascope::plan
