#pragma once
// Short ways to write constants of a plan.

#include <string>
#include <string_view>

#include "query/plan.h"

namespace tetrascope::honeycomb {

inline plan::ExprPtr text(std::string_view value) { return plan::literal(Value(std::string(value))); }
inline plan::ExprPtr missing(plan::Type type) { return plan::literal(Value(), type); }

}  // namespace tetrascope::honeycomb
