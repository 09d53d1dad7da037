// Formulas: from the tree to the plan. What a value is to a function stands in formula_values.h.

#include "slices/honeycomb/formula_plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "query/functions.h"
#include "query/time_format.h"
#include "query/types.h"
#include "slices/honeycomb/formula_bucket.h"
#include "slices/honeycomb/formula_values.h"
#include "slices/honeycomb/literals.h"

namespace tetrascope::honeycomb {
namespace {

using plan::ExprPtr;
using plan::literal;
using plan::Type;
using F = plan::Function;
using Fn = FormulaFunction;
using Values = std::vector<FormulaValue>;

constexpr double kNanosASecond = 1e9;

/// What an argument that must be written out says; null when it is calculated.
const Value* written(const Formula& formula) { return std::get_if<Value>(&formula.node); }
const std::string* written_text(const Formula& formula) {
  const Value* value = written(formula);
  return value == nullptr ? nullptr : value->as<std::string>();
}
std::optional<double> written_number(const Formula& formula) {
  const Value* value = written(formula);
  if (value == nullptr) return std::nullopt;
  if (const auto* integer = value->as<std::int64_t>()) return static_cast<double>(*integer);
  if (const auto* number = value->as<double>()) return *number;
  return std::nullopt;
}

FormulaValue constant(const Value& value) {
  FormulaValue out{.expr = literal(value), .type = plan::type_of(value), .constant = true};
  out.null = value.missing();
  return out;
}

/// The conditions as a tree of little depth.
ExprPtr balanced(F function, const std::vector<ExprPtr>& terms, std::size_t from, std::size_t to) {
  if (to - from == 1) return terms[from];
  const std::size_t middle = from + (to - from) / 2;
  return plan::call(function, {balanced(function, terms, from, middle), balanced(function, terms, middle, to)});
}

/// A missing operand is zero beside one that is there; missing where none is there. What the formula itself writes does
/// not count as there: `$a + 1` is missing without $a.
ExprPtr arithmetic(F function, const Values& values) {
  std::vector<ExprPtr> operands;
  std::vector<ExprPtr> absent;
  for (const FormulaValue& value : values) {
    const ExprPtr number = as_number_operand(value);
    if (value.constant && !value.null) {
      operands.push_back(number);
      continue;
    }
    operands.push_back(plan::call(F::kCoalesce, {number, literal(Value(0.0))}));
    absent.push_back(plan::call(F::kIsMissing, {number}));
  }
  const ExprPtr result = balanced(function, operands, 0, operands.size());
  if (absent.empty()) return result;
  return plan::call(F::kIf, {plan::call(F::kAnd, std::move(absent)), missing(Type::kDouble), result});
}

/// The type of values of which one is taken; text when all are null.
Type common_type(const Values& values) {
  std::optional<Type> type;
  for (const FormulaValue& value : values) {
    if (!value.null) type = type ? *plan::meet(*type, value.type) : value.type;
  }
  return type.value_or(Type::kString);
}

/// (condition, value) pairs and what else: the first whose condition holds.
FormulaValue first_that_holds(const std::vector<ExprPtr>& conditions, const Values& values,
                              const std::optional<FormulaValue>& otherwise) {
  Values all = values;
  if (otherwise) all.push_back(*otherwise);
  const Type type = common_type(all);
  std::vector<ExprPtr> arguments;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    arguments.push_back(conditions[i]);
    arguments.push_back(of_type(values[i], type));
  }
  arguments.push_back(otherwise ? of_type(*otherwise, type) : missing(type));
  return {.expr = plan::call(F::kIf, std::move(arguments)), .type = type};
}

FormulaValue coalesce(const Values& values) {
  const Type type = common_type(values);
  std::vector<ExprPtr> arguments;
  for (const FormulaValue& value : values) {
    if (value.null) continue;
    const bool is_text = value.type == Type::kString;
    arguments.push_back(
        is_text ? plan::call(F::kIf, {plan::call(F::kEq, {value.expr, text("")}), missing(Type::kString), value.expr})
                : value.expr);
  }
  if (arguments.empty()) return text_value(missing(Type::kString));
  return {.expr = plan::call(F::kCoalesce, std::move(arguments)), .type = type};
}

/// Of the first argument's type; others are left out.
FormulaValue extreme(F function, const Values& values) {
  const auto first = std::ranges::find_if(values, [](const FormulaValue& value) { return !value.null; });
  if (first == values.end()) return text_value(missing(Type::kString));
  std::vector<ExprPtr> same;
  const bool texts = first->type == Type::kString;
  const bool ints = std::ranges::all_of(values, [](const FormulaValue& v) { return v.null || v.type == Type::kInt; });
  for (const FormulaValue& value : values) {
    const ExprPtr part = texts ? text_part(value) : number_part(value);
    if (part) same.push_back(texts || ints ? part : plan::call(F::kToDouble, {part}));
  }
  const Type type = texts ? Type::kString : ints ? Type::kInt : Type::kDouble;
  if (same.empty()) return {.expr = missing(type), .type = type};
  return {.expr = same.size() == 1 ? same.front() : plan::call(function, std::move(same)), .type = type};
}

/// A call on text: `otherwise` where it is none.
ExprPtr on_text(F function, const FormulaValue& value, const ExprPtr& second, ExprPtr otherwise) {
  const ExprPtr words = text_part(value);
  if (!words || !second) return otherwise;
  return plan::call(F::kCoalesce, {plan::call(function, {words, second}), std::move(otherwise)});
}

class FormulaPlanner {
 public:
  explicit FormulaPlanner(FormulaNames& names) : names_(names) {}

  Result<FormulaValue> value(const Formula& formula) {
    if (const auto* constant_value = std::get_if<Value>(&formula.node)) return constant(*constant_value);
    if (const auto* column = std::get_if<FormulaColumn>(&formula.node)) return names_.column(column->name);
    return call(std::get<FormulaCall>(formula.node));
  }

 private:
  static std::unexpected<Error> wrong(const FormulaCall& call, std::string_view what) {
    return fail(ErrorCode::kInvalid, fmt::format("{}: {}", formula_function_name(call.function), what));
  }
  Result<FormulaValue> call(const FormulaCall& call);
  Result<FormulaValue> on_values(const FormulaCall& call, const Values& values);
  Result<FormulaValue> conditional(const Values& values);
  Result<FormulaValue> choice(const FormulaCall& call, const Values& values);
  Result<FormulaValue> in(const Values& values);
  Result<FormulaValue> exists(const FormulaCall& call);
  Result<FormulaValue> pattern(const FormulaCall& call, const FormulaValue& value);
  Result<FormulaValue> length(const FormulaCall& call, const FormulaValue& value);
  Result<FormulaValue> bucket(const FormulaCall& call, const FormulaValue& value);
  Result<FormulaValue> format_time(const FormulaCall& call, const FormulaValue& time);

  FormulaNames& names_;
};

FormulaValue seconds_of(const ExprPtr& time) {
  const ExprPtr nanos = plan::call(F::kToDouble, {plan::call(F::kToNanos, {time})});
  return double_value(plan::call(F::kDiv, {nanos, literal(Value(kNanosASecond))}));
}

Result<FormulaValue> FormulaPlanner::conditional(const Values& values) {
  std::vector<ExprPtr> conditions;
  Values branches;
  std::size_t i = 0;
  for (; i + 1 < values.size(); i += 2) {
    conditions.push_back(truth_of(values[i]));
    branches.push_back(values[i + 1]);
  }
  return first_that_holds(conditions, branches, i < values.size() ? std::optional(values[i]) : std::nullopt);
}

Result<FormulaValue> FormulaPlanner::choice(const FormulaCall& call, const Values& values) {
  std::vector<ExprPtr> conditions;
  Values branches;
  const ExprPtr subject = as_text(values[0]);
  std::size_t i = 1;
  for (; i + 1 < values.size(); i += 2) {
    if (written_text(call.arguments[i]) == nullptr) return wrong(call, "its cases must be text in quotes");
    conditions.push_back(plan::call(F::kEq, {subject, values[i].expr}));
    branches.push_back(values[i + 1]);
  }
  return first_that_holds(conditions, branches, i < values.size() ? std::optional(values[i]) : std::nullopt);
}

Result<FormulaValue> FormulaPlanner::in(const Values& values) {
  std::vector<ExprPtr> equals;
  for (std::size_t i = 1; i < values.size(); ++i) equals.push_back(formula_compare(F::kEq, values[0], values[i]));
  if (equals.size() == 1) return bool_value(equals.front());
  return bool_value(plan::call(F::kOr, std::move(equals)));
}

Result<FormulaValue> FormulaPlanner::exists(const FormulaCall& call) {
  if (const auto* column = std::get_if<FormulaColumn>(&call.arguments[0].node)) {
    ASSIGN_OR_RETURN(ExprPtr present, names_.presence(column->name));
    return bool_value(std::move(present));
  }
  ASSIGN_OR_RETURN(const FormulaValue value, this->value(call.arguments[0]));
  if (value.null) return bool_value(literal(Value(false)));
  return bool_value(plan::call(F::kNot, {plan::call(F::kIsMissing, {value.expr})}));
}

Result<FormulaValue> FormulaPlanner::pattern(const FormulaCall& call, const FormulaValue& value) {
  const std::string* pattern = written_text(call.arguments[1]);
  if (pattern == nullptr) return wrong(call, "its pattern must be text in quotes");
  if (const auto groups = plan::count_groups(*pattern); !groups) return wrong(call, groups.error().message);
  const ExprPtr words = text_part(value);
  const ExprPtr written_pattern = text(*pattern);
  switch (call.function) {
    case Fn::kRegValue:
      return text_value(words ? plan::call(F::kExtract, {words, written_pattern}) : missing(Type::kString));
    case Fn::kRegCount:
      return int_value(on_text(F::kCountMatches, value, written_pattern, literal(Value(std::int64_t{0}))));
    default:
      break;
  }
  if (!words) return bool_value(literal(Value(false)));
  // Empty text matches nothing.
  const ExprPtr full = plan::call(F::kNe, {words, text("")});
  return bool_value(surely(plan::call(F::kAnd, {full, plan::call(F::kMatches, {words, written_pattern})})));
}

Result<FormulaValue> FormulaPlanner::length(const FormulaCall& call, const FormulaValue& value) {
  F function = F::kLength;
  if (call.arguments.size() == 2) {
    const std::string* unit = written_text(call.arguments[1]);
    if (unit == nullptr || (*unit != "bytes" && *unit != "chars"))
      return wrong(call, "its unit must be \"bytes\" or \"chars\"");
    if (*unit == "bytes") function = F::kByteLength;
  }
  const ExprPtr words = text_part(value);
  return int_value(words ? plan::call(function, {words}) : missing(Type::kInt));
}

Result<FormulaValue> FormulaPlanner::bucket(const FormulaCall& call, const FormulaValue& value) {
  std::vector<double> numbers;
  for (std::size_t i = 1; i < call.arguments.size(); ++i) {
    const auto number = written_number(call.arguments[i]);
    if (!number || !std::isfinite(*number)) return wrong(call, "its size and its ends must be numbers");
    numbers.push_back(*number);
  }
  Bucketing bucketing{.size = numbers[0], .low = {}, .high = {}};
  if (numbers.size() > 1) bucketing.low = numbers[1];
  if (numbers.size() > 2) bucketing.high = numbers[2];
  if (bucketing.size <= 0) return wrong(call, "its size must be more than 0");
  if (bucketing.high && *bucketing.high <= *bucketing.low) return wrong(call, "its end must be more than its start");
  ExprPtr number = number_part(value);
  if (!number && value.type == Type::kString && !value.null) number = plan::call(F::kToDouble, {value.expr});
  if (!number) return text_value(missing(Type::kString));
  return text_value(bucket_label(plan::call(F::kToDouble, {number}), bucketing));
}

Result<FormulaValue> FormulaPlanner::format_time(const FormulaCall& call, const FormulaValue& time) {
  const std::string* format = written_text(call.arguments[0]);
  if (format == nullptr) return wrong(call, "its format must be text in quotes");
  if (const auto known = plan::engine_time_format(*format); !known) return wrong(call, known.error().message);
  const ExprPtr nanos =
      plan::call(F::kToInt, {plan::call(F::kMul, {as_number_operand(time), literal(Value(kNanosASecond))})});
  return text_value(plan::call(F::kFormatTime, {plan::call(F::kFromNanos, {nanos}), text(*format)}));
}

Result<FormulaValue> FormulaPlanner::call(const FormulaCall& call) {
  if (call.function == Fn::kExists) return exists(call);
  if (call.function == Fn::kEventTimestamp || call.function == Fn::kIngestTimestamp) {
    ASSIGN_OR_RETURN(const ExprPtr time,
                     call.function == Fn::kEventTimestamp ? names_.event_time() : names_.ingest_time());
    return seconds_of(time);
  }
  Values values;
  for (const Formula& argument : call.arguments) {
    ASSIGN_OR_RETURN(FormulaValue one, value(argument));
    values.push_back(std::move(one));
  }
  return on_values(call, values);
}

Result<FormulaValue> FormulaPlanner::on_values(const FormulaCall& call, const Values& values) {
  const auto conditions = [&] {
    std::vector<ExprPtr> all;
    for (const FormulaValue& value : values) all.push_back(truth_of(value));
    return all;
  };
  const auto no = [] { return literal(Value(false)); };
  switch (call.function) {
    case Fn::kIf:
      return conditional(values);
    case Fn::kSwitch:
      return choice(call, values);
    case Fn::kCoalesce:
      return coalesce(values);
    case Fn::kLess:
      return bool_value(formula_compare(F::kLt, values[0], values[1]));
    case Fn::kLessOrEqual:
      return bool_value(formula_compare(F::kLe, values[0], values[1]));
    case Fn::kGreater:
      return bool_value(formula_compare(F::kGt, values[0], values[1]));
    case Fn::kGreaterOrEqual:
      return bool_value(formula_compare(F::kGe, values[0], values[1]));
    case Fn::kEquals:
      return bool_value(formula_compare(F::kEq, values[0], values[1]));
    case Fn::kIn:
      return in(values);
    case Fn::kNot:
      return bool_value(plan::call(F::kNot, {truth_of(values[0])}));
    case Fn::kAnd:
      return bool_value(plan::call(F::kAnd, conditions()));
    case Fn::kOr:
      return bool_value(plan::call(F::kOr, conditions()));
    case Fn::kMin:
      return extreme(F::kLeast, values);
    case Fn::kMax:
      return extreme(F::kGreatest, values);
    case Fn::kSum:
      return double_value(arithmetic(F::kAdd, values));
    case Fn::kSubtract:
      return double_value(arithmetic(F::kSub, values));
    case Fn::kMultiply:
      return double_value(arithmetic(F::kMul, values));
    case Fn::kDivide:
      return double_value(arithmetic(F::kDiv, values));
    case Fn::kModulo:
      return double_value(arithmetic(F::kMod, values));
    case Fn::kLog10:
      return double_value(plan::call(F::kLog10, {as_number_operand(values[0])}));
    case Fn::kBucket:
      return bucket(call, values[0]);
    case Fn::kInt: {
      const bool is_int = values[0].type == Type::kInt;
      const ExprPtr whole = is_int ? values[0].expr : plan::call(F::kToInt, {as_number_operand(values[0])});
      return int_value(plan::call(F::kCoalesce, {whole, literal(Value(std::int64_t{0}))}));
    }
    case Fn::kFloat:
      return double_value(plan::call(F::kCoalesce, {as_number_operand(values[0]), literal(Value(0.0))}));
    case Fn::kBool:
      return bool_value(truth_of(values[0]));
    case Fn::kString:
      return text_value(plan::call(F::kCoalesce, {as_text(values[0]), text("")}));
    case Fn::kConcat: {
      std::vector<ExprPtr> parts;
      for (const FormulaValue& value : values) parts.push_back(plan::call(F::kCoalesce, {as_text(value), text("")}));
      return text_value(plan::call(F::kConcat, std::move(parts)));
    }
    case Fn::kStartsWith:
      return bool_value(on_text(F::kStartsWith, values[0], text_part(values[1]), no()));
    case Fn::kEndsWith:
      return bool_value(on_text(F::kEndsWith, values[0], text_part(values[1]), no()));
    case Fn::kContains:
      return bool_value(on_text(F::kContains, values[0], text_part(values[1]), no()));
    case Fn::kToLower: {
      const ExprPtr words = text_part(values[0]);
      return text_value(words ? plan::call(F::kLower, {words}) : missing(Type::kString));
    }
    case Fn::kLength:
      return length(call, values[0]);
    case Fn::kRegMatch:
    case Fn::kRegValue:
    case Fn::kRegCount:
      return pattern(call, values[0]);
    case Fn::kUnixTimestamp: {
      const ExprPtr words = text_part(values[0]);
      if (!words) return double_value(missing(Type::kDouble));
      return seconds_of(plan::call(F::kParseTime, {words}));
    }
    case Fn::kFormatTime:
      return format_time(call, values[1]);
    case Fn::kRawMetric:
      return values[0];
    default:
      return wrong(call, "is not a function of values");
  }
}

}  // namespace

Result<FormulaValue> plan_formula(const Formula& formula, FormulaNames& names) {
  return FormulaPlanner(names).value(formula);
}

}  // namespace tetrascope::honeycomb
