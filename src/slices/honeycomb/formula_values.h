#pragma once
// What the values of a formula are to its functions: each looks for numbers, text or truth (dossier
// honeycomb_otlp 5.2).

#include "slices/honeycomb/formula_plan.h"

namespace tetrascope::honeycomb {

FormulaValue bool_value(plan::ExprPtr expr);
FormulaValue int_value(plan::ExprPtr expr);
FormulaValue double_value(plan::ExprPtr expr);
FormulaValue text_value(plan::ExprPtr expr);

/// The value if it is a number, a text or a bool, else missing; null when it never is one.
plan::ExprPtr number_part(const FormulaValue& value);
plan::ExprPtr text_part(const FormulaValue& value);
plan::ExprPtr bool_part(const FormulaValue& value);

/// As a double: text that is a number is that number, anything else is 0; missing stays missing.
plan::ExprPtr as_number_operand(const FormulaValue& value);
/// Never missing: true, a number but 0, the text "true".
plan::ExprPtr truth_of(const FormulaValue& value);
/// As text; missing stays missing.
plan::ExprPtr as_text(const FormulaValue& value);
/// With `null` as a missing value of `type`.
plan::ExprPtr of_type(const FormulaValue& value, plan::Type type);

/// `condition`, false where it is missing.
plan::ExprPtr surely(plan::ExprPtr condition);
/// True where both are of one type and `comparison` holds. Never missing.
plan::ExprPtr formula_compare(plan::Function comparison, const FormulaValue& left, const FormulaValue& right);

}  // namespace tetrascope::honeycomb
