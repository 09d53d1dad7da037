#pragma once
// Constants of a plan, short enough to stand inside of an expression.

#include <cstdint>
#include <string>
#include <string_view>

#include "query/plan.h"

namespace tetrascope::cloudwatch_logs {

inline plan::ExprPtr literal_text(std::string_view value) { return plan::literal(Value(std::string(value))); }
inline plan::ExprPtr literal_integer(std::int64_t value) { return plan::literal(Value(value)); }

}  // namespace tetrascope::cloudwatch_logs
