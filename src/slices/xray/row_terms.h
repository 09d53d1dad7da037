#pragma once
// Short ways to say what this slice asks of its rows.

#include <string>
#include <string_view>
#include <utility>

#include "query/plan.h"
#include "slices/xray/span_rows.h"

namespace tetrascope::xray {

inline plan::ExprPtr text_literal(std::string_view value) { return plan::literal(Value(std::string(value))); }
inline plan::ExprPtr of_two(plan::Function function, plan::ExprPtr a, plan::ExprPtr b) {
  return plan::call(function, {std::move(a), std::move(b)});
}
inline plan::ExprPtr either(plan::ExprPtr a, plan::ExprPtr b) {
  return of_two(plan::Function::kOr, std::move(a), std::move(b));
}
/// A column of that name has this value.
inline plan::ExprPtr equals(std::string_view name, plan::ExprPtr value) {
  return of_two(plan::Function::kEq, plan::column(std::string(name)), std::move(value));
}
inline plan::ExprPtr differs(std::string_view name, plan::ExprPtr value) {
  return of_two(plan::Function::kNe, plan::column(std::string(name)), std::move(value));
}

/// Spans that were made of X-Ray's own documents, and those of other protocols.
inline plan::ExprPtr is_own() { return equals("protocol", text_literal(kProtocol)); }
inline plan::ExprPtr is_foreign() { return differs("protocol", text_literal(kProtocol)); }

}  // namespace tetrascope::xray
