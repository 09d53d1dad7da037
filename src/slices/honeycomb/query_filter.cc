#include "slices/honeycomb/query_filter.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>

namespace tetrascope::honeycomb {
namespace {

using plan::ExprPtr;
using plan::literal;
using F = plan::Function;
using Aspect = RowReader::Aspect;

std::string text_of(const Value& value) {
  if (const auto* text = value.as<std::string>()) return *text;
  if (const auto* flag = value.as<bool>()) return *flag ? "true" : "false";
  if (const auto* integer = value.as<std::int64_t>()) return fmt::format("{}", *integer);
  return fmt::format("{}", *value.as<double>());
}

std::optional<Value> as_number(const Value& value) {
  if (value.as<std::int64_t>() != nullptr || value.as<double>() != nullptr) return value;
  if (const auto* flag = value.as<bool>()) return Value(std::int64_t{*flag ? 1 : 0});
  const auto& text = *value.as<std::string>();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return Value(number);
}

std::optional<Value> flag_of(const Value& value) {
  if (value.as<bool>() != nullptr) return value;
  if (const auto* integer = value.as<std::int64_t>()) return Value(*integer != 0);
  if (const auto* number = value.as<double>()) return Value(*number != 0);
  const auto& text = *value.as<std::string>();
  if (text != "true" && text != "false") return std::nullopt;
  return Value(text == "true");
}

/// The filter's value as the column's type; nullopt when it is none.
std::optional<Value> as_kind(const Value& value, ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kString:
      return Value(text_of(value));
    case ColumnKind::kBoolean:
      return flag_of(value);
    default:
      return as_number(value);
  }
}

ExprPtr never() { return literal(Value(false)); }
/// The opposite, which holds for rows without a value too.
ExprPtr otherwise(ExprPtr condition) {
  return plan::call(F::kNot, {plan::call(F::kCoalesce, {std::move(condition), literal(Value(false))})});
}

bool is_number(const Value& value) { return value.as<std::int64_t>() != nullptr || value.as<double>() != nullptr; }

ExprPtr compared(F function, const FilterSpec& filter, QueryFields& fields) {
  // Text that is compared with a number is text, but the numbers among it are numbers.
  if (function != F::kEq && is_number(filter.value) && fields.kind_of(filter.column) == ColumnKind::kString &&
      fields.has_numbers(filter.column)) {
    return plan::call(function, {plan::field(fields.use(filter.column, Aspect::kNumber)), literal(filter.value)});
  }
  const auto value = as_kind(filter.value, fields.kind_of(filter.column));
  if (!value) return never();
  return plan::call(function, {plan::field(fields.use(filter.column, Aspect::kValue)), literal(*value)});
}

ExprPtr text_compared(F function, const FilterSpec& filter, QueryFields& fields) {
  ExprPtr field = plan::field(fields.use(filter.column, Aspect::kValue));
  if (fields.kind_of(filter.column) != ColumnKind::kString) field = plan::call(F::kToString, {std::move(field)});
  return plan::call(function, {std::move(field), literal(Value(text_of(filter.value)))});
}

ExprPtr among(const FilterSpec& filter, QueryFields& fields) {
  const ColumnKind kind = fields.kind_of(filter.column);
  const ExprPtr field = plan::field(fields.use(filter.column, Aspect::kValue));
  Array values;
  for (const Value& item : *filter.value.as<Array>()) {
    if (auto value = as_kind(item, kind)) values.push_back(*std::move(value));
  }
  if (values.empty()) return never();
  if (kind != ColumnKind::kBoolean) return plan::call(F::kIn, {field, literal(Value(std::move(values)))});
  std::vector<ExprPtr> equals;
  for (const Value& value : values) equals.push_back(plan::call(F::kEq, {field, literal(value)}));
  return plan::call(F::kOr, std::move(equals));
}

}  // namespace

const std::string* wanted_trace(const FilterSet& filters) {
  if (filters.any) return nullptr;
  for (const auto& filter : filters.filters) {
    if (filter.column == "trace.trace_id" && filter.op == FilterOp::kEq) return filter.value.as<std::string>();
  }
  return nullptr;
}

std::vector<const std::string*> needed_columns(const FilterSet& filters) {
  std::vector<const std::string*> columns;
  if (filters.any && filters.filters.size() > 1) return columns;
  for (const auto& filter : filters.filters) {
    if (!holds_without_value(filter.op)) columns.push_back(&filter.column);
  }
  return columns;
}

ExprPtr filter_condition(const FilterSpec& filter, QueryFields& fields) {
  switch (filter.op) {
    case FilterOp::kEq:
      return compared(F::kEq, filter, fields);
    case FilterOp::kNe:
      return otherwise(compared(F::kEq, filter, fields));
    case FilterOp::kGt:
      return compared(F::kGt, filter, fields);
    case FilterOp::kGe:
      return compared(F::kGe, filter, fields);
    case FilterOp::kLt:
      return compared(F::kLt, filter, fields);
    case FilterOp::kLe:
      return compared(F::kLe, filter, fields);
    case FilterOp::kStartsWith:
      return text_compared(F::kStartsWith, filter, fields);
    case FilterOp::kNotStartsWith:
      return otherwise(text_compared(F::kStartsWith, filter, fields));
    case FilterOp::kEndsWith:
      return text_compared(F::kEndsWith, filter, fields);
    case FilterOp::kNotEndsWith:
      return otherwise(text_compared(F::kEndsWith, filter, fields));
    case FilterOp::kContains:
      return text_compared(F::kContains, filter, fields);
    case FilterOp::kNotContains:
      return otherwise(text_compared(F::kContains, filter, fields));
    case FilterOp::kExists:
      return plan::field(fields.use(filter.column, Aspect::kPresence));
    case FilterOp::kNotExists:
      return otherwise(plan::field(fields.use(filter.column, Aspect::kPresence)));
    case FilterOp::kIn:
      return among(filter, fields);
    case FilterOp::kNotIn:
      return otherwise(among(filter, fields));
  }
  return never();
}

bool holds_without_value(FilterOp op) {
  switch (op) {
    case FilterOp::kNe:
    case FilterOp::kNotStartsWith:
    case FilterOp::kNotEndsWith:
    case FilterOp::kNotContains:
    case FilterOp::kNotExists:
    case FilterOp::kNotIn:
      return true;
    default:
      return false;
  }
}

ExprPtr filters_condition(const FilterSet& set, QueryFields& fields) {
  std::vector<ExprPtr> conditions;
  for (const auto& filter : set.filters) conditions.push_back(filter_condition(filter, fields));
  if (conditions.empty()) return nullptr;
  if (conditions.size() == 1) return conditions.front();
  return plan::call(set.any ? F::kOr : F::kAnd, std::move(conditions));
}

}  // namespace tetrascope::honeycomb
