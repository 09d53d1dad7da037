#include "slices/cloudwatch_logs/insights_values.h"

#include <charconv>

#include "query/fields.h"
#include "query/types.h"
#include "slices/cloudwatch_logs/plan_literals.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::ExprPtr;
using plan::literal;
using plan::Type;
using F = plan::Function;

/// Whole milliseconds: of integers all the way, since no double holds the nanoseconds.
ExprPtr millis(const ExprPtr& time) {
  const ExprPtr nanos = call(F::kToNanos, {time});
  const ExprPtr whole = call(F::kSub, {nanos, call(F::kMod, {nanos, literal_integer(kNanosPerMilli)})});
  return call(F::kToInt, {call(F::kRound, {call(F::kDiv, {whole, literal_integer(kNanosPerMilli)})})});
}

/// `2021-10-30 19:10:00.000` (dossier cloudwatch_logs 5.1).
ExprPtr time_text(const ExprPtr& time) {
  const ExprPtr fraction = call(F::kMod, {millis(time), literal_integer(1'000)});
  const ExprPtr digits = call(
      F::kSubstring, {call(F::kToString, {call(F::kAdd, {fraction, literal_integer(1'000)})}), literal_integer(1)});
  return call(F::kConcat, {call(F::kFormatTime, {time, literal_text("%F %T")}), literal_text("."), digits});
}

const plan::Literal* literal_of(const TypedQueryExpr& value) { return std::get_if<plan::Literal>(&value.expr->node); }

bool looks_like_number(const TypedQueryExpr& value) {
  const plan::Literal* found = literal_of(value);
  const auto* digits = found == nullptr ? nullptr : found->value.as<std::string>();
  if (digits == nullptr) return false;
  double number = 0;
  const auto [end, error] = std::from_chars(digits->data(), digits->data() + digits->size(), number);
  return error == std::errc{} && end == digits->data() + digits->size();
}

F function_of(std::string_view op) {
  if (op == "=") return F::kEq;
  if (op == "!=") return F::kNe;
  if (op == "<") return F::kLt;
  if (op == "<=") return F::kLe;
  if (op == ">") return F::kGt;
  return F::kGe;
}

}  // namespace

TypedQueryExpr text_literal(std::string_view value) { return {literal_text(value), Type::kString}; }
TypedQueryExpr missing_value() { return {literal(Value(), Type::kAny), Type::kAny}; }

ExprPtr as_text(const TypedQueryExpr& value) {
  switch (value.type) {
    case Type::kString:
      return value.expr;
    case Type::kTime:
      return time_text(value.expr);
    case Type::kBool:
      return call(F::kToString, {as_number(value)});
    default:
      return call(F::kToString, {value.expr});
  }
}

ExprPtr as_number(const TypedQueryExpr& value) {
  switch (value.type) {
    case Type::kInt:
    case Type::kDouble:
      return value.expr;
    case Type::kTime:
      return millis(value.expr);
    case Type::kBool:
      return call(F::kToInt, {value.expr});
    default:
      return call(F::kToDouble, {value.expr});
  }
}

ExprPtr as_condition(const TypedQueryExpr& value) {
  if (value.type == Type::kBool) return value.expr;
  return call(F::kNe, {as_number(value), literal_integer(0)});
}

ExprPtr as_any(const TypedQueryExpr& value) {
  if (value.type == Type::kAny) return value.expr;
  if (value.type == Type::kTime) return call(F::kToAny, {time_text(value.expr)});
  return call(F::kToAny, {value.expr});
}

ExprPtr as_time(const TypedQueryExpr& value) {
  if (value.type == Type::kTime) return value.expr;
  const ExprPtr nanos = call(F::kMul, {call(F::kToInt, {as_number(value)}), literal_integer(kNanosPerMilli)});
  return call(F::kFromNanos, {nanos});
}

ExprPtr compare(std::string_view op, const TypedQueryExpr& left, const TypedQueryExpr& right) {
  const F function = function_of(op);
  const auto both = [&](ExprPtr a, ExprPtr b) { return call(function, {std::move(a), std::move(b)}); };
  const auto numeric = [](const TypedQueryExpr& value) {
    return plan::is_number(value.type) || value.type == Type::kBool;
  };
  if (left.type == Type::kTime && right.type == Type::kTime) return both(left.expr, right.expr);
  if (numeric(left) || numeric(right)) return both(as_number(left), as_number(right));
  const bool equality = function == F::kEq || function == F::kNe;
  const bool digits = looks_like_number(left) || looks_like_number(right);
  if (equality || (!digits && (literal_of(left) != nullptr || literal_of(right) != nullptr)))
    return both(as_text(left), as_text(right));
  return call(F::kCoalesce, {both(as_number(left), as_number(right)), both(as_text(left), as_text(right))});
}

}  // namespace tetrascope::cloudwatch_logs
