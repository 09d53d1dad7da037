#include "slices/honeycomb/formula_bucket.h"

#include "slices/honeycomb/literals.h"

namespace tetrascope::honeycomb {
namespace {

using plan::ExprPtr;
using plan::literal;
using plan::Type;
using F = plan::Function;

/// Without what the arithmetic of doubles leaves behind: 0.3, not 0.30000000000000004.
ExprPtr label_part(const ExprPtr& number) {
  const ExprPtr scaled = plan::call(F::kRound, {plan::call(F::kMul, {number, literal(Value(1e6))})});
  return plan::call(F::kToString, {plan::call(F::kDiv, {scaled, literal(Value(1e6))})});
}

}  // namespace

ExprPtr bucket_label(const ExprPtr& number, const Bucketing& bucketing) {
  const ExprPtr size = literal(Value(bucketing.size));
  const ExprPtr base = literal(Value(bucketing.low.value_or(0)));
  const ExprPtr steps = plan::call(F::kFloor, {plan::call(F::kDiv, {plan::call(F::kSub, {number, base}), size})});
  const ExprPtr from = plan::call(F::kAdd, {base, plan::call(F::kMul, {steps, size})});
  ExprPtr to = plan::call(F::kAdd, {from, size});
  if (bucketing.high) to = plan::call(F::kLeast, {to, literal(Value(*bucketing.high))});
  std::vector<ExprPtr> choices = {plan::call(F::kIsMissing, {number}), missing(Type::kString)};
  const auto beyond = [&](F comparison, std::string_view sign, const std::optional<double>& end) {
    if (!end) return;
    choices.push_back(plan::call(comparison, {number, literal(Value(*end))}));
    choices.push_back(plan::call(F::kConcat, {text(sign), label_part(literal(Value(*end)))}));
  };
  beyond(F::kLt, "< ", bucketing.low);
  beyond(F::kGe, ">= ", bucketing.high);
  choices.push_back(plan::call(F::kConcat, {label_part(from), text(" - "), label_part(to)}));
  return plan::call(F::kIf, std::move(choices));
}

}  // namespace tetrascope::honeycomb
