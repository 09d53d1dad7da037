#include "slices/cloudwatch_logs/filter_plan.h"

#include <re2/re2.h>

#include <algorithm>

#include "slices/cloudwatch_logs/limits.h"
#include "slices/cloudwatch_logs/plan_literals.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::ExprPtr;
using F = plan::Function;

ExprPtr body() { return plan::column("body"); }
ExprPtr has(std::string_view part) { return plan::call(F::kContains, {body(), literal_text(part)}); }
ExprPtr negated(ExprPtr condition) { return plan::call(F::kNot, {std::move(condition)}); }

ExprPtr occurs_condition(const PatternTerm& term) {
  if (term.regex) return plan::call(F::kMatches, {body(), literal_text(term.regex->pattern())});
  return term.text.empty() ? plan::literal(Value(true)) : has(term.text);
}

ExprPtr terms_condition(const std::vector<PatternTerm>& terms) {
  using Kind = PatternTerm::Kind;
  ExprPtr all;
  std::vector<ExprPtr> any;
  for (const PatternTerm& term : terms) {
    if (term.kind == Kind::kOptional) any.push_back(occurs_condition(term));
    if (term.kind == Kind::kRequired) all = plan::both(all, occurs_condition(term));
    if (term.kind == Kind::kExcluded) all = plan::both(all, negated(occurs_condition(term)));
  }
  return all ? all : plan::call(F::kOr, std::move(any));
}

/// The longest run of letters and digits in an operand: what the line must hold for it to be equal. Letters of JSON
/// text can be written as \uXXXX: `escapes` lets such lines through.
ExprPtr necessary_words(const PatternOperand& operand, bool escapes) {
  if (operand.regex || operand.is_number) return nullptr;
  std::string_view best;
  const std::string_view all = operand.text;
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t end = begin;
    while (end < all.size() && (is_alphanumeric(static_cast<unsigned char>(all[end])) || all[end] == '_')) ++end;
    if (end - begin > best.size()) best = all.substr(begin, end - begin);
    begin = end + 1;
  }
  // A number can be written in several ways.
  if (best.find_first_not_of("0123456789") == std::string_view::npos) return nullptr;
  return escapes ? plan::call(F::kOr, {has(best), has("\\u")}) : has(best);
}

/// A condition that holds for every line for which `expr` does; null when none is known.
ExprPtr necessary(const PatternExpr& expr, bool json) {
  if (expr.kind == PatternExpr::Kind::kCondition)
    return expr.condition.op == PatternOp::kEq ? necessary_words(expr.condition.operand, json) : nullptr;
  std::vector<ExprPtr> parts;
  for (const auto& part : expr.parts) {
    ExprPtr one = necessary(*part, json);
    if (one)
      parts.push_back(std::move(one));
    else if (expr.kind == PatternExpr::Kind::kAny)
      return nullptr;
  }
  if (parts.empty()) return nullptr;
  if (parts.size() == 1) return parts.front();
  return plan::call(expr.kind == PatternExpr::Kind::kAny ? F::kOr : F::kAnd, std::move(parts));
}

}  // namespace

PatternCondition pattern_condition(const FilterPattern& pattern) {
  switch (pattern.kind) {
    case FilterPattern::Kind::kEverything:
      return {};
    case FilterPattern::Kind::kTerms:
      return {terms_condition(pattern.terms), true};
    case FilterPattern::Kind::kJson:
      return {plan::both(has("{"), necessary(*pattern.json, true)), false};
    case FilterPattern::Kind::kFields:
      break;
  }
  ExprPtr all;
  for (const PatternField& field : pattern.fields) {
    if (field.condition) all = plan::both(all, necessary(*field.condition, false));
  }
  return {all, false};
}

}  // namespace tetrascope::cloudwatch_logs
