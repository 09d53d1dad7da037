#include "slices/honeycomb/formula_values.h"

#include "slices/honeycomb/literals.h"

namespace tetrascope::honeycomb {
namespace {

using plan::ExprPtr;
using plan::literal;
using plan::Type;
using F = plan::Function;

/// The kAny `value` where it is of the type, else missing.
ExprPtr part_of_any(const ExprPtr& value, std::vector<std::string_view> type_names, F convert, Type type) {
  Array names;
  for (const std::string_view name : type_names) names.emplace_back(std::string(name));
  const ExprPtr is_one = plan::call(F::kIn, {plan::call(F::kTypeName, {value}), literal(Value(std::move(names)))});
  return plan::call(F::kIf, {is_one, plan::call(convert, {value}), missing(type)});
}

ExprPtr any_of(std::vector<ExprPtr> conditions) {
  if (conditions.empty()) return literal(Value(false));
  return conditions.size() == 1 ? conditions.front() : plan::call(F::kOr, std::move(conditions));
}

}  // namespace

FormulaValue bool_value(ExprPtr expr) { return {.expr = std::move(expr), .type = Type::kBool}; }
FormulaValue int_value(ExprPtr expr) { return {.expr = std::move(expr), .type = Type::kInt}; }
FormulaValue double_value(ExprPtr expr) { return {.expr = std::move(expr), .type = Type::kDouble}; }
FormulaValue text_value(ExprPtr expr) { return {.expr = std::move(expr), .type = Type::kString}; }

ExprPtr number_part(const FormulaValue& value) {
  switch (value.type) {
    case Type::kInt:
    case Type::kDouble:
      return value.expr;
    case Type::kAny:
      return value.null ? nullptr : part_of_any(value.expr, {"int", "double"}, F::kToDouble, Type::kDouble);
    default:
      return nullptr;
  }
}

ExprPtr text_part(const FormulaValue& value) {
  if (value.type == Type::kString) return value.expr;
  if (value.type != Type::kAny || value.null) return nullptr;
  return part_of_any(value.expr, {"string"}, F::kToString, Type::kString);
}

ExprPtr bool_part(const FormulaValue& value) {
  if (value.type == Type::kBool) return value.expr;
  if (value.type != Type::kAny || value.null) return nullptr;
  return part_of_any(value.expr, {"bool"}, F::kToBool, Type::kBool);
}

ExprPtr as_number_operand(const FormulaValue& value) {
  const ExprPtr zero = literal(Value(0.0));
  if (value.null) return missing(Type::kDouble);
  switch (value.type) {
    case Type::kInt:
      return plan::call(F::kToDouble, {value.expr});
    case Type::kDouble:
      return value.expr;
    case Type::kBool:
      return plan::call(F::kIf, {plan::call(F::kIsMissing, {value.expr}), missing(Type::kDouble), zero});
    default:
      break;
  }
  ExprPtr number = plan::call(F::kToDouble, {plan::call(F::kToString, {value.expr})});
  return plan::call(F::kIf, {plan::call(F::kIsMissing, {value.expr}), missing(Type::kDouble),
                             plan::call(F::kCoalesce, {std::move(number), zero})});
}

ExprPtr surely(ExprPtr condition) { return plan::call(F::kCoalesce, {std::move(condition), literal(Value(false))}); }

ExprPtr truth_of(const FormulaValue& value) {
  if (value.null) return literal(Value(false));
  std::vector<ExprPtr> ways;
  if (const ExprPtr flag = bool_part(value)) ways.push_back(surely(flag));
  if (const ExprPtr number = number_part(value))
    ways.push_back(surely(plan::call(F::kNe, {number, literal(Value(0.0))})));
  if (const ExprPtr words = text_part(value)) ways.push_back(surely(plan::call(F::kEq, {words, text("true")})));
  return any_of(std::move(ways));
}

ExprPtr as_text(const FormulaValue& value) {
  if (value.null) return missing(Type::kString);
  return value.type == Type::kString ? value.expr : plan::call(F::kToString, {value.expr});
}

ExprPtr of_type(const FormulaValue& value, Type type) { return value.null ? missing(type) : value.expr; }

ExprPtr formula_compare(F comparison, const FormulaValue& left, const FormulaValue& right) {
  if (left.null || right.null) {
    // Only equality asks for what is missing.
    if (comparison != F::kEq) return literal(Value(false));
    if (left.null && right.null) return literal(Value(true));
    return plan::call(F::kIsMissing, {left.null ? right.expr : left.expr});
  }
  std::vector<ExprPtr> ways;
  const auto add = [&](const ExprPtr& a, const ExprPtr& b) {
    if (a && b) ways.push_back(surely(plan::call(comparison, {a, b})));
  };
  const auto numbers_of = [](const FormulaValue& value, const FormulaValue& other) {
    // Text columns give their numbers to be compared with numbers only.
    const bool other_is_text = other.type == Type::kString && !other.numbers;
    return value.numbers && !other_is_text ? value.numbers : number_part(value);
  };
  if (left.type == Type::kString && right.type == Type::kString) {
    add(left.expr, right.expr);
    return any_of(std::move(ways));
  }
  add(numbers_of(left, right), numbers_of(right, left));
  add(text_part(left), text_part(right));
  add(bool_part(left), bool_part(right));
  return any_of(std::move(ways));
}

}  // namespace tetrascope::honeycomb
