#include "slices/honeycomb/query_plans.h"

#include <algorithm>
#include <array>
#include <limits>

#include "slices/honeycomb/literals.h"
#include "slices/honeycomb/query_filter.h"
#include "slices/honeycomb/query_formulas.h"

namespace tetrascope::honeycomb {
namespace {

using plan::ExprPtr;
using plan::field;
using plan::literal;
using F = plan::Function;
using Aspect = RowReader::Aspect;
using plan::AggregateOp;

/// A value and its absence as text of which no two groups have the same: `5:GET /`, `-`.
ExprPtr part_of_group(const std::string& name) {
  const ExprPtr value = plan::call(F::kToString, {field(name)});
  const ExprPtr length = plan::call(F::kToString, {plan::call(F::kLength, {value})});
  return plan::call(F::kCoalesce, {plan::call(F::kConcat, {length, text(":"), value}), text("-")});
}

AggregateOp operation_of(Op op) {
  switch (op) {
    case Op::kCount:
      return AggregateOp::kCount;
    case Op::kConcurrency:
      return AggregateOp::kConcurrency;
    case Op::kSum:
    case Op::kRateSum:
      return AggregateOp::kSum;
    case Op::kAvg:
    case Op::kRateAvg:
      return AggregateOp::kAverage;
    case Op::kCountDistinct:
      return AggregateOp::kCountDistinct;
    case Op::kHeatmap:
      return AggregateOp::kHistogram;
    case Op::kMax:
    case Op::kRateMax:
      return AggregateOp::kMax;
    case Op::kMin:
      return AggregateOp::kMin;
    case Op::kPercentile:
      return AggregateOp::kQuantile;
  }
  return AggregateOp::kCount;
}

F comparison_of(FilterOp op) {
  switch (op) {
    case FilterOp::kNe:
      return F::kNe;
    case FilterOp::kGt:
      return F::kGt;
    case FilterOp::kGe:
      return F::kGe;
    case FilterOp::kLt:
      return F::kLt;
    case FilterOp::kLe:
      return F::kLe;
    default:
      return F::kEq;
  }
}

/// The rows of `groups` by the values of their only breakdown; null where their texts must be compared instead (several
/// breakdowns, or values of which equal ones may not be the same group: NaN).
ExprPtr shown_by_value(const std::string& name, const std::vector<ShownGroup>& groups) {
  Array values;
  bool missing = false;
  for (const ShownGroup& group : groups) {
    const Value& value = group.keys.front();
    if (value.missing()) {
      missing = true;
    } else if (value.as<std::string>() == nullptr && value.as<std::int64_t>() == nullptr) {
      return nullptr;
    } else {
      values.push_back(value);
    }
  }
  const ExprPtr is_missing = plan::call(F::kIsMissing, {field(name)});
  if (values.empty()) return is_missing;
  const ExprPtr among = plan::call(F::kIn, {field(name), literal(Value(std::move(values)))});
  return plan::call(F::kCoalesce, {among, missing ? is_missing : literal(Value(false))});
}

ExprPtr shown_by_text(const std::vector<std::string>& breakdowns, const std::vector<ShownGroup>& groups) {
  Array texts;
  for (const ShownGroup& group : groups) texts.emplace_back(group.text);
  std::vector<ExprPtr> parts;
  for (const auto& name : breakdowns) parts.push_back(part_of_group(name));
  return plan::call(
      F::kIn, {plan::call(F::kConcat, std::move(parts)), literal(Value(std::move(texts)), plan::Type::kStringArray)});
}

ExprPtr is_finite(const ExprPtr& number) {
  return plan::call(F::kLe, {plan::call(F::kAbs, {number}), literal(Value(std::numeric_limits<double>::max()))});
}

}  // namespace

std::string QueryPlans::key_column(std::size_t breakdown) { return "k" + std::to_string(breakdown); }

QueryPlans::QueryPlans(const QuerySpec& spec, SecondsRange range, std::int64_t granularity, QueryFields& fields,
                       RelatedRows& related)
    : spec_(spec),
      range_{{range.from * kNanosPerSecond}, {range.to * kNanosPerSecond}},
      width_(granularity * kNanosPerSecond) {
  add_filters(fields, related);
  for (const auto& column : spec.breakdowns)
    breakdowns_.push_back(is_related(column, fields) ? related.use(column) : fields.use(column, Aspect::kValue));
  add_terms(fields);
  for (std::size_t i = 0; i < spec.formulas.size(); ++i) {
    if (auto formula = plan_query_formula(spec, i)) formulas_.columns.push_back(*std::move(formula));
  }
  if (!related.empty()) fields.rows().use_ids();
  reads_ = fields.rows().reads();
  fields.rows().use_buckets(width_);
  reads_with_buckets_ = fields.rows().reads();
  computed_ = fields.stages();
  related_ = related.stages(range_);
}

void QueryPlans::add_filters(QueryFields& fields, RelatedRows& related) {
  FilterSet own{.filters = {}, .any = spec_.filters.any};
  for (const FilterSpec& filter : spec_.filters.filters) {
    if (is_related(filter.column, fields)) {
      related.filter(filter);
    } else {
      own.filters.push_back(filter);
    }
  }
  if (const auto* trace = wanted_trace(own)) fields.rows().only_trace(*trace);
  for (const auto* column : needed_columns(own)) fields.only_with(*column);
  where_ = filters_condition(own, fields);
}

void QueryPlans::add_terms(QueryFields& fields) {
  const auto number = [&](const std::string& column) {
    const ColumnKind kind = fields.kind_of(column);
    const bool numeric = kind == ColumnKind::kFloat || kind == ColumnKind::kInteger;
    return field(fields.use(column, numeric ? Aspect::kValue : Aspect::kNumber));
  };
  for (const auto& calculation : spec_.calculations) {
    Term term;
    term.where = filters_condition(calculation.filters, fields);
    const std::string& column = calculation.column;
    if (calculation.op.op == Op::kConcurrency) {
      term.argument = plan::call(F::kToInt, {plan::call(F::kMul, {number("duration_ms"), literal(Value(1e6))})});
    } else if (calculation.op.op == Op::kCount) {
      if (!column.empty()) term.where = plan::both(term.where, field(fields.use(column, Aspect::kPresence)));
    } else if (calculation.op.op == Op::kCountDistinct) {
      term.argument = field(fields.use(column, Aspect::kValue));
    } else {
      term.argument = number(column);
      // Sums of integers may pass 64 bits: the vendor's are doubles.
      const bool sum = calculation.op.op == Op::kSum || calculation.op.op == Op::kRateSum;
      if (sum && fields.kind_of(column) == ColumnKind::kInteger)
        term.argument = plan::call(F::kToDouble, {term.argument});
      // What is not finite has no place among bins of equal width.
      if (calculation.op.op == Op::kHeatmap) term.where = plan::both(term.where, is_finite(term.argument));
    }
    terms_.push_back(std::move(term));
  }
}

plan::Plan QueryPlans::rows() const { return rows_of(reads_); }
plan::Plan QueryPlans::rows_with_buckets() const { return rows_of(reads_with_buckets_); }

plan::Plan QueryPlans::rows_of(const std::vector<plan::TableRead>& reads) const {
  plan::Plan plan{range_, reads, {}};
  for (const plan::Compute& computed : computed_) plan.stages.emplace_back(computed);
  if (where_) plan.stages.emplace_back(plan::Filter{where_});
  plan.stages.insert(plan.stages.end(), related_.begin(), related_.end());
  return plan;
}

void QueryPlans::add_aggregate(plan::Plan& plan, plan::Aggregate aggregate) const {
  plan.stages.emplace_back(std::move(aggregate));
  if (!formulas_.columns.empty()) plan.stages.emplace_back(formulas_);
}

ExprPtr QueryPlans::shown(const std::vector<ShownGroup>& groups) const {
  const ExprPtr by_value = breakdowns_.size() == 1 ? shown_by_value(breakdowns_.front(), groups) : nullptr;
  return by_value ? by_value : shown_by_text(breakdowns_, groups);
}

plan::AggregateCall QueryPlans::value(std::size_t calculation) const {
  const Operator& op = spec_.calculations[calculation].op;
  plan::AggregateCall call;
  call.name = value_column(calculation);
  call.op = operation_of(op.op);
  call.argument = terms_[calculation].argument;
  call.where = terms_[calculation].where;
  call.level = op.level;
  if (op.op == Op::kHeatmap) {
    const Bins bins = this->bins(calculation);
    call.low = bins.low;
    call.step = bins.step;
    call.bins = bins.count;
  }
  return call;
}

plan::Aggregate QueryPlans::aggregate() const {
  plan::Aggregate aggregate;
  aggregate.weight = spec_.usage_mode ? "" : std::string(RowReader::kWeight);
  aggregate.time = RowReader::kTime;
  for (std::size_t i = 0; i < spec_.calculations.size(); ++i) {
    if (spec_.calculations[i].op.op != Op::kConcurrency) aggregate.calls.push_back(value(i));
  }
  if (aggregate.calls.empty())
    aggregate.calls.push_back({.name = "rows", .op = AggregateOp::kCount, .argument = {}, .where = {}});
  return aggregate;
}

void QueryPlans::add_group_keys(plan::Aggregate& aggregate) const {
  for (std::size_t i = 0; i < breakdowns_.size(); ++i) aggregate.keys.push_back({key_column(i), field(breakdowns_[i])});
}

/// Of a group rather than of each of its rows.
void QueryPlans::add_group_text(plan::Plan& plan) const {
  if (breakdowns_.empty()) return;
  std::vector<ExprPtr> parts;
  for (std::size_t i = 0; i < breakdowns_.size(); ++i) parts.push_back(part_of_group(key_column(i)));
  plan.stages.emplace_back(plan::Compute{{{std::string(kGroup), plan::call(F::kConcat, std::move(parts))}}});
}

Bins QueryPlans::bins(std::size_t calculation) const {
  const auto found = bins_.find(calculation);
  return found == bins_.end() ? Bins{} : found->second;
}

bool QueryPlans::has_heatmap() const {
  return std::ranges::any_of(spec_.calculations,
                             [](const Calculation& calculation) { return calculation.op.op == Op::kHeatmap; });
}

plan::Plan QueryPlans::heatmap_bounds() const {
  plan::Plan plan = rows();
  plan::Aggregate aggregate;
  for (std::size_t i = 0; i < spec_.calculations.size(); ++i) {
    if (spec_.calculations[i].op.op != Op::kHeatmap) continue;
    plan::AggregateCall call;
    call.argument = terms_[i].argument;
    call.where = terms_[i].where;
    call.name = "low" + std::to_string(i);
    call.op = AggregateOp::kMin;
    aggregate.calls.push_back(call);
    call.name = "high" + std::to_string(i);
    call.op = AggregateOp::kMax;
    aggregate.calls.push_back(std::move(call));
  }
  plan.stages.emplace_back(std::move(aggregate));
  return plan;
}

/// As asked; without orders by the first calculation, largest first; equals by their breakdowns, so that the answer to
/// one question is always the same.
plan::Sort QueryPlans::order() const {
  plan::Sort sort;
  for (const auto& order : spec_.orders) {
    const std::string name = order.calculation ? value_column(*order.calculation) : key_column(order.breakdown);
    sort.keys.push_back({field(name), order.descending, plan::MissingOrder::kLast});
  }
  const Op first = spec_.calculations.front().op.op;
  if (spec_.orders.empty() && first != Op::kHeatmap && first != Op::kConcurrency) {
    sort.keys.push_back({field(value_column(0)), true, plan::MissingOrder::kLast});
  }
  for (std::size_t i = 0; i < breakdowns_.size(); ++i) {
    const bool named = std::ranges::any_of(
        spec_.orders, [&](const OrderSpec& order) { return !order.calculation && order.breakdown == i; });
    if (!named) sort.keys.push_back({field(key_column(i)), false, plan::MissingOrder::kLast});
  }
  return sort;
}

ExprPtr QueryPlans::havings() const {
  ExprPtr condition;
  for (const auto& having : spec_.havings) {
    const ExprPtr value = plan::call(F::kToDouble, {field(value_column(having.calculation))});
    condition = plan::both(condition, plan::call(comparison_of(having.op), {value, literal(Value(having.value))}));
  }
  return condition;
}

std::optional<QueryPlans::AtOnce> QueryPlans::at_once(bool series, bool totals) const {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < breakdowns_.size(); ++i) keys.push_back(key_column(i));
  const std::string bucket(kBucket);
  AtOnce all;
  plan::Aggregate aggregate = this->aggregate();
  if (series) {
    all.levels.push_back(Level::kPoint);
    aggregate.rollups.push_back(keys);
  }
  all.levels.push_back(Level::kGroup);
  if (totals && !keys.empty()) {
    if (series) {
      all.levels.push_back(Level::kStep);
      aggregate.rollups.push_back({bucket});
    }
    all.levels.push_back(Level::kTotal);
    aggregate.rollups.emplace_back();
  }
  if (all.levels.size() == 1) return std::nullopt;
  aggregate.level = kLevel;
  add_group_keys(aggregate);
  if (series) aggregate.keys.push_back({bucket, field(std::string(RowReader::kBucket))});
  all.plan = series ? rows_with_buckets() : rows();
  add_aggregate(all.plan, std::move(aggregate));
  if (keys.empty()) return all;
  add_group_text(all.plan);
  all.plan.stages.emplace_back(order());
  return all;
}

plan::Plan QueryPlans::groups(std::size_t limit) const {
  plan::Plan plan = rows();
  plan::Aggregate aggregate = this->aggregate();
  add_group_keys(aggregate);
  add_aggregate(plan, std::move(aggregate));
  if (const ExprPtr condition = havings()) plan.stages.emplace_back(plan::Filter{condition});
  if (breakdowns_.empty()) return plan;
  plan.stages.emplace_back(order());
  plan.stages.emplace_back(plan::Limit{.count = limit + 1, .offset = 0, .by = {}});
  add_group_text(plan);
  return plan;
}

plan::Plan QueryPlans::total() const {
  plan::Plan plan = rows();
  add_aggregate(plan, aggregate());
  return plan;
}

plan::Plan QueryPlans::series(const std::vector<ShownGroup>& groups) const {
  plan::Plan plan = rows_with_buckets();
  if (!breakdowns_.empty()) plan.stages.emplace_back(plan::Filter{shown(groups)});
  plan::Aggregate aggregate = this->aggregate();
  add_group_keys(aggregate);
  aggregate.keys.push_back({std::string(kBucket), field(std::string(RowReader::kBucket))});
  add_aggregate(plan, std::move(aggregate));
  add_group_text(plan);
  return plan;
}

plan::Plan QueryPlans::rest(const std::vector<ShownGroup>& groups) const {
  plan::Plan plan = rows();
  plan.stages.emplace_back(plan::Filter{plan::call(F::kNot, {shown(groups)})});
  add_aggregate(plan, aggregate());
  return plan;
}

plan::Plan QueryPlans::total_series() const {
  plan::Plan plan = rows_with_buckets();
  plan::Aggregate aggregate = this->aggregate();
  aggregate.keys.push_back({std::string(kBucket), field(std::string(RowReader::kBucket))});
  add_aggregate(plan, std::move(aggregate));
  return plan;
}

plan::Plan QueryPlans::concurrency(std::size_t calculation, bool of_total) const {
  plan::Plan plan = rows();
  plan::Aggregate aggregate;
  aggregate.weight = spec_.usage_mode ? "" : std::string(RowReader::kWeight);
  aggregate.time = RowReader::kTime;
  if (!of_total) add_group_keys(aggregate);
  // Of the time itself: rows reach into the buckets after their own.
  aggregate.keys.push_back({std::string(kBucket), plan::call(F::kTimeBucket, {field(std::string(RowReader::kTime)),
                                                                              literal(Value(width_))})});
  aggregate.calls.push_back(value(calculation));
  plan.stages.emplace_back(std::move(aggregate));
  if (!of_total) add_group_text(plan);
  return plan;
}

}  // namespace tetrascope::honeycomb
