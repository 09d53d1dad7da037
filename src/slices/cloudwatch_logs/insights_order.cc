#include "slices/cloudwatch_logs/insights_order.h"

#include <utility>

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::ExprPtr;
using plan::field;
using plan::Type;
using F = plan::Function;

}  // namespace

void add_sort_keys(plan::Sort& sort, const TypedQueryExpr& value, bool descending) {
  const auto add = [&](ExprPtr expr) { sort.keys.push_back({std::move(expr), descending, plan::MissingOrder::kLast}); };
  if (value.type != Type::kAny && value.type != Type::kString) return add(value.expr);
  const ExprPtr number = as_number(value);
  const ExprPtr missing = plan::call(F::kIsMissing, {value.expr});
  sort.keys.push_back({missing, false, plan::MissingOrder::kLast});
  add(plan::call(F::kNot, {plan::call(F::kIsMissing, {number})}));
  add(number);
  // Of what is no number: the others are in order by then, and texts are long.
  const auto unless_number = [&](ExprPtr text) {
    const ExprPtr none = plan::literal(Value(), Type::kString);
    return plan::call(F::kIf, {plan::call(F::kIsMissing, {number}), std::move(text), none});
  };
  add(unless_number(plan::call(F::kNaturalKey, {as_text(value)})));
}

ExprPtr is_first_of_its_kind(plan::Plan before, const TimeOrder& order, const std::vector<std::string>& keys,
                             const std::string& time, const ExprPtr& place) {
  constexpr const char* kFirst = "first_place";
  before.stages.erase(before.stages.begin() + static_cast<std::ptrdiff_t>(order.stage));
  before.stages.emplace_back(plan::Compute{{{kFirst, place}}});
  plan::Aggregate by_kind;
  for (const std::string& key : keys) by_kind.keys.push_back({key, field(key)});
  plan::AggregateCall first;
  first.name = kFirst;
  first.op = order.descending ? plan::AggregateOp::kLast : plan::AggregateOp::kFirst;
  first.argument = field(kFirst);
  by_kind.calls.push_back(std::move(first));
  by_kind.time = time;
  before.stages.emplace_back(std::move(by_kind));
  before.stages.emplace_back(plan::Project{{kFirst}});
  return plan::in_plan(place, std::move(before));
}

ExprPtr stays_in_order(plan::Plan before, const plan::Dedup& dedup, const ExprPtr& place) {
  constexpr const char* kPlace = "kept_place";
  before.stages.emplace_back(plan::Compute{{{kPlace, place}}});
  before.stages.emplace_back(dedup);
  before.stages.emplace_back(plan::Project{{kPlace}});
  return plan::in_plan(place, std::move(before));
}

}  // namespace tetrascope::cloudwatch_logs
