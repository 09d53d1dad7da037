#include "slices/honeycomb/query_answer.h"

#include <algorithm>
#include <utility>

#include "slices/honeycomb/query_fold.h"
#include "slices/honeycomb/query_formulas.h"
#include "slices/honeycomb/query_values.h"

namespace tetrascope::honeycomb {
namespace {

bool is_rate(Op op) { return op == Op::kRateAvg || op == Op::kRateMax || op == Op::kRateSum; }

const std::int64_t* bucket_of(const plan::Answer& answer, const std::vector<Value>& row) {
  return cell(answer, row, QueryPlans::kBucket).as<std::int64_t>();
}

std::string group_of(const plan::Answer& answer, const std::vector<Value>& row) {
  const auto* text = cell(answer, row, QueryPlans::kGroup).as<std::string>();
  return text == nullptr ? std::string() : *text;
}

}  // namespace

QueryAnswer::QueryAnswer(const QuerySpec& spec, const QueryPlans& plans, std::size_t limit)
    : spec_(spec), plans_(plans), limit_(limit), folds_(honeycomb::folds(spec)) {}

Value QueryAnswer::heatmap(const Value& counts, std::size_t calculation) const {
  const Bins bins = plans_.bins(calculation);
  Array whole;
  if (const auto* array = counts.as<Array>()) {
    for (const Value& count : *array) whole.push_back(finite(count));
  }
  return Object{{"counts", Value(std::move(whole))},
                {"min_value", finite(bins.low)},
                {"max_value", finite(bins.low + bins.count * bins.step)},
                {"step_size", finite(bins.step)}};
}

QueryAnswer::Row QueryAnswer::calculated(const plan::Answer& answer, const Row& row) const {
  Row values;
  for (std::size_t i = 0; i < spec_.calculations.size(); ++i) values.push_back(cell(answer, row, value_column(i)));
  return values;
}

Object QueryAnswer::shown(const Row& calculated) const {
  Object data;
  for (std::size_t i = 0; i < spec_.calculations.size(); ++i) {
    const Calculation& calculation = spec_.calculations[i];
    if (calculation.op.op == Op::kConcurrency) continue;
    const Value& value = calculated[i];
    data.emplace_back(calculation.key(), calculation.op.op == Op::kHeatmap ? heatmap(value, i) : finite(value));
  }
  return data;
}

Object QueryAnswer::values(const plan::Answer& answer, const Row& row) const {
  Object data = shown(calculated(answer, row));
  for (std::size_t i = 0; i < spec_.formulas.size(); ++i) {
    const std::string column = value_column(spec_.calculations.size() + i);
    data.emplace_back(spec_.formulas[i].name, finite(cell(answer, row, column)));
  }
  return data;
}

/// A group without a value of a breakdown has null there.
void QueryAnswer::put_key(const plan::Answer& answer, const Row& row, Object& data) const {
  for (std::size_t i = 0; i < spec_.breakdowns.size(); ++i)
    data.emplace_back(spec_.breakdowns[i], finite(cell(answer, row, QueryPlans::key_column(i))));
}

void QueryAnswer::add_group(const plan::Answer& answer, const Row& row) {
  if (groups_.size() == limit_) {
    cut_ = true;
    return;
  }
  ShownGroup group;
  group.text = group_of(answer, row);
  for (std::size_t i = 0; i < spec_.breakdowns.size(); ++i)
    group.keys.push_back(cell(answer, row, QueryPlans::key_column(i)));
  Object data = values(answer, row);
  if (is_total()) {
    total_ = data;
  } else if (folds_) {
    fold(spec_, calculated(answer, row), folded_groups_);
  }
  put_key(answer, row, data);
  groups_.push_back(std::move(group));
  group_data_.push_back(std::move(data));
}

void QueryAnswer::add_point(const plan::Answer& answer, const Row& row) {
  const std::int64_t* bucket = bucket_of(answer, row);
  if (bucket == nullptr) return;
  points_[group_of(answer, row)][*bucket] = values(answer, row);
  if (folds_) fold(spec_, calculated(answer, row), folded_points_[*bucket]);
}

void QueryAnswer::add_step(const plan::Answer& answer, const Row& row) {
  if (!steps_of_total_) steps_of_total_.emplace();
  if (const std::int64_t* bucket = bucket_of(answer, row)) (*steps_of_total_)[*bucket] = values(answer, row);
}

void QueryAnswer::begin_only_group() {
  groups_.emplace_back();
  group_data_.emplace_back();
}

bool QueryAnswer::take_only_group_from_points() {
  Row whole;
  for (const auto& [time, values] : folded_points_) fold(spec_, values, whole);
  if (folded_points_.empty()) return false;
  total_ = shown(whole);
  group_data_ = {*total_};
  return true;
}

void QueryAnswer::forget_groups() {
  groups_.clear();
  group_data_.clear();
}

void QueryAnswer::add_concurrency(const plan::Answer& answer, const Row& row, std::size_t calculation, bool of_total) {
  if (of_total && !steps_of_total_) steps_of_total_.emplace();
  const std::int64_t* bucket = bucket_of(answer, row);
  if (bucket == nullptr) return;
  Buckets& buckets = of_total ? *steps_of_total_ : points_[group_of(answer, row)];
  buckets[*bucket].emplace_back(spec_.calculations[calculation].key(),
                                finite(cell(answer, row, value_column(calculation))));
}

void QueryAnswer::take_largest_concurrency() {
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    std::map<std::string, double> most;
    for (const auto& [time, data] : points_[groups_[i].text]) {
      for (const auto& [key, value] : data) most[key] = std::max(most[key], number_of(value).value_or(0));
    }
    for (const auto& [key, value] : most) group_data_[i].insert(group_data_[i].begin(), {key, finite(Value(value))});
  }
  points_.clear();
}

std::optional<Object> QueryAnswer::total() const {
  if (total_) return total_;
  if (groups_give_total() && !groups_.empty()) return shown(folded_groups_);
  return std::nullopt;
}

/// RATE_*: each bucket's value less the one before it; the first bucket has none (4.6).
void QueryAnswer::difference(Buckets& buckets) const {
  for (const auto& calculation : spec_.calculations) {
    if (!is_rate(calculation.op.op)) continue;
    std::optional<double> before;
    for (auto& [time, data] : buckets) {
      const auto value = std::ranges::find(data, calculation.key(), &Object::value_type::first);
      if (value == data.end()) continue;
      const auto now = number_of(value->second);
      value->second = now && before ? finite(Value(*now - *before)) : Value();
      if (now) before = now;
    }
  }
}

Array QueryAnswer::series() {
  std::map<std::pair<std::int64_t, std::size_t>, Object> points;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    const Object& whole = group_data_[i];
    auto found = points_.find(groups_[i].text);
    if (found == points_.end()) continue;
    difference(found->second);
    for (auto& [time, data] : found->second) {
      data.insert(data.end(), whole.end() - static_cast<std::ptrdiff_t>(spec_.breakdowns.size()), whole.end());
      points.emplace(std::pair(time, i), std::move(data));
    }
  }
  Array out;
  for (auto& [place, data] : points) out.push_back(point(place.first, std::move(data)));
  return out;
}

std::optional<Array> QueryAnswer::total_series() {
  Array out;
  if (groups_give_total()) {
    for (const auto& [time, values] : folded_points_) out.push_back(point(time, shown(values)));
    return out;
  }
  if (!steps_of_total_) return std::nullopt;
  difference(*steps_of_total_);
  for (auto& [time, data] : *steps_of_total_) out.push_back(point(time, std::move(data)));
  return out;
}

}  // namespace tetrascope::honeycomb
