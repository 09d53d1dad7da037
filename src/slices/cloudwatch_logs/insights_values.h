#pragma once
// Typed expressions of Insights, and how its loose values (every field is text or a number, as it looks) meet.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/plan.h"

namespace tetrascope::cloudwatch_logs {

struct TypedQueryExpr {
  plan::ExprPtr expr;
  plan::Type type = plan::Type::kAny;
};

plan::ExprPtr as_text(const TypedQueryExpr& value);
/// Missing for text that is no number. Times are milliseconds since 1970.
plan::ExprPtr as_number(const TypedQueryExpr& value);
plan::ExprPtr as_condition(const TypedQueryExpr& value);
plan::ExprPtr as_any(const TypedQueryExpr& value);
/// Missing for what is no time: numbers are milliseconds since 1970.
plan::ExprPtr as_time(const TypedQueryExpr& value);

TypedQueryExpr text_literal(std::string_view text);
TypedQueryExpr missing_value();

/// `=`, `!=`, `<`, `<=`, `>`, `>=`: as numbers where both sides look like one, else as text. A missing side gives a
/// missing answer, which no filter lets through.
plan::ExprPtr compare(std::string_view op, const TypedQueryExpr& left, const TypedQueryExpr& right);

}  // namespace tetrascope::cloudwatch_logs
