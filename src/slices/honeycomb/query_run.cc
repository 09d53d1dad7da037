#include "slices/honeycomb/query_run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>

#include "base/log.h"
#include "slices/honeycomb/column_settings.h"
#include "slices/honeycomb/datasets.h"
#include "slices/honeycomb/event.h"
#include "slices/honeycomb/query_fold.h"
#include "slices/honeycomb/query_formulas.h"
#include "slices/honeycomb/query_plans.h"
#include "slices/honeycomb/query_scope.h"
#include "slices/honeycomb/query_values.h"

namespace tetrascope::honeycomb {
namespace {

constexpr std::chrono::milliseconds kMaxQueryTime{10'000};
constexpr std::size_t kMaxSeriesRows = 200'000;

bool is_rate(Op op) { return op == Op::kRateAvg || op == Op::kRateMax || op == Op::kRateSum; }

class QueryRun {
 public:
  QueryRun(const Middle& middle, const QuerySpec& spec, const SavedResult& asked, QueryFields& fields,
           RelatedRows& related)
      : middle_(middle),
        spec_(spec),
        asked_(asked),
        width_(resolve_granularity(spec, asked.range)),
        plans_(spec, asked.range, width_, fields, related),
        deadline_(std::chrono::steady_clock::now() + kMaxQueryTime),
        folds_(folds(spec)) {}

  Result<Object> run();

 private:
  /// Of one group: its data by the start of the bucket.
  using Buckets = std::map<std::int64_t, Object>;

  Result<plan::Answer> ask(const plan::Plan& plan, std::size_t max_rows);
  Result<void> find_bins();
  Result<void> find_groups();
  bool take_group_from_series();
  Result<void> add_largest_concurrency();
  Result<void> add_concurrency(bool of_total, std::map<std::string, Buckets>& into);
  Result<Array> series();
  Result<Object> total();
  Result<Object> other();
  Result<Array> total_series();
  std::vector<Value> calculated(const plan::Answer& answer, const std::vector<Value>& row) const;
  Object shown(const std::vector<Value>& calculated) const;
  Object values(const plan::Answer& answer, const std::vector<Value>& row) const;
  void put_key(const plan::Answer& answer, const std::vector<Value>& row, Object& data) const;
  Value heatmap(const Value& counts, std::size_t calculation) const;
  void difference(Buckets& buckets) const;
  /// The answer's only group is everything.
  bool is_total() const { return spec_.breakdowns.empty() && spec_.havings.empty(); }
  /// The groups together are everything, and their values give those of everything.
  bool groups_give_total() const { return folds_ && spec_.havings.empty() && !cut_; }
  bool wants_concurrency() const {
    return std::ranges::any_of(spec_.calculations, [](const Calculation& c) { return c.op.op == Op::kConcurrency; });
  }

  const Middle& middle_;
  const QuerySpec& spec_;
  const SavedResult& asked_;
  std::int64_t width_;
  QueryPlans plans_;
  std::chrono::steady_clock::time_point deadline_;
  const bool folds_;  ///< of all its calculations
  /// Those shown, and for each its member `data`.
  std::vector<ShownGroup> groups_;
  std::vector<Object> group_data_;
  bool cut_ = false;  ///< there are groups beyond those shown
  std::optional<Object> total_;
  std::map<std::int64_t, std::vector<Value>> steps_;  ///< of all shown groups together, by the start of the bucket
};

Result<plan::Answer> QueryRun::ask(const plan::Plan& plan, std::size_t max_rows) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
  if (left.count() <= 0) return fail(ErrorCode::kDeadlineExceeded, "time");
  QueryBounds bounds;
  bounds.time = left;
  bounds.result_rows = max_rows;
  return middle_.runner.run(plan, bounds);
}

Value QueryRun::heatmap(const Value& counts, std::size_t calculation) const {
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

std::vector<Value> QueryRun::calculated(const plan::Answer& answer, const std::vector<Value>& row) const {
  std::vector<Value> values;
  for (std::size_t i = 0; i < spec_.calculations.size(); ++i) values.push_back(cell(answer, row, value_column(i)));
  return values;
}

Object QueryRun::shown(const std::vector<Value>& calculated) const {
  Object data;
  for (std::size_t i = 0; i < spec_.calculations.size(); ++i) {
    const Calculation& calculation = spec_.calculations[i];
    if (calculation.op.op == Op::kConcurrency) continue;
    const Value& value = calculated[i];
    data.emplace_back(calculation.key(), calculation.op.op == Op::kHeatmap ? heatmap(value, i) : finite(value));
  }
  return data;
}

Object QueryRun::values(const plan::Answer& answer, const std::vector<Value>& row) const {
  Object data = shown(calculated(answer, row));
  for (std::size_t i = 0; i < spec_.formulas.size(); ++i) {
    const std::string column = value_column(spec_.calculations.size() + i);
    data.emplace_back(spec_.formulas[i].name, finite(cell(answer, row, column)));
  }
  return data;
}

/// A group without a value of a breakdown has null there.
void QueryRun::put_key(const plan::Answer& answer, const std::vector<Value>& row, Object& data) const {
  for (std::size_t i = 0; i < spec_.breakdowns.size(); ++i) {
    data.emplace_back(spec_.breakdowns[i], finite(cell(answer, row, QueryPlans::key_column(i))));
  }
}

Result<void> QueryRun::find_bins() {
  if (!plans_.has_heatmap()) return {};
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(plans_.heatmap_bounds(), 1));
  if (answer.rows.empty()) return {};
  for (std::size_t i = 0; i < spec_.calculations.size(); ++i) {
    const auto low = number_of(cell(answer, answer.rows[0], "low" + std::to_string(i)));
    const auto high = number_of(cell(answer, answer.rows[0], "high" + std::to_string(i)));
    if (low && high) plans_.set_bins(i, nice_bins(*low, *high));
  }
  return {};
}

Result<void> QueryRun::find_groups() {
  std::vector<Value> whole;
  // The query's own limit holds; the request's can lower it, or stand in for it.
  const std::size_t asked = asked_.limit.value_or(spec_.limit.value_or(kDefaultGroups));
  const std::size_t limit = std::min(asked, spec_.limit.value_or(kMaxGroupsWithoutSeries));
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(plans_.groups(limit), limit + 1));
  for (const auto& row : answer.rows) {
    if (groups_.size() == limit) {
      cut_ = true;
      break;
    }
    ShownGroup group;
    if (const auto* text = cell(answer, row, QueryPlans::kGroup).as<std::string>()) group.text = *text;
    for (std::size_t i = 0; i < spec_.breakdowns.size(); ++i)
      group.keys.push_back(cell(answer, row, QueryPlans::key_column(i)));
    Object data = values(answer, row);
    if (folds_) fold(spec_, calculated(answer, row), whole);
    put_key(answer, row, data);
    groups_.push_back(std::move(group));
    group_data_.push_back(std::move(data));
  }
  if (is_total() && !group_data_.empty()) {
    total_ = group_data_.front();
  } else if (groups_give_total() && !groups_.empty()) {
    total_ = shown(whole);
  }
  return {};
}

/// Adds the value of each bucket to `into`, by group.
Result<void> QueryRun::add_concurrency(bool of_total, std::map<std::string, Buckets>& into) {
  for (std::size_t i = 0; i < spec_.calculations.size(); ++i) {
    if (spec_.calculations[i].op.op != Op::kConcurrency) continue;
    ASSIGN_OR_RETURN(const plan::Answer answer, ask(plans_.concurrency(i, of_total), kMaxSeriesRows));
    for (const auto& row : answer.rows) {
      const auto* bucket = cell(answer, row, QueryPlans::kBucket).as<std::int64_t>();
      if (bucket == nullptr) continue;
      const auto* text = cell(answer, row, QueryPlans::kGroup).as<std::string>();
      into[text == nullptr ? std::string() : *text][*bucket].emplace_back(spec_.calculations[i].key(),
                                                                          finite(cell(answer, row, value_column(i))));
    }
  }
  return {};
}

/// RATE_*: each bucket's value less the one before it; the first bucket has none (4.6).
void QueryRun::difference(Buckets& buckets) const {
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

Result<Array> QueryRun::series() {
  Array out;
  if (groups_.empty()) return out;
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(plans_.series(groups_), kMaxSeriesRows));
  std::map<std::string, Buckets> by_group;
  for (const auto& row : answer.rows) {
    const auto* bucket = cell(answer, row, QueryPlans::kBucket).as<std::int64_t>();
    const auto* text = cell(answer, row, QueryPlans::kGroup).as<std::string>();
    if (bucket == nullptr) continue;
    by_group[text == nullptr ? std::string() : *text][*bucket] = values(answer, row);
    if (folds_) fold(spec_, calculated(answer, row), steps_[*bucket]);
  }
  RETURN_IF_ERROR(add_concurrency(false, by_group));
  // By time, and within one time in the order of the results.
  std::map<std::pair<std::int64_t, std::size_t>, Object> points;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    const Object& whole = group_data_[i];
    auto found = by_group.find(groups_[i].text);
    if (found == by_group.end()) continue;
    difference(found->second);
    for (auto& [time, data] : found->second) {
      data.insert(data.end(), whole.end() - static_cast<std::ptrdiff_t>(spec_.breakdowns.size()), whole.end());
      points.emplace(std::pair(time, i), std::move(data));
    }
  }
  for (auto& [place, data] : points) out.push_back(point(place.first, std::move(data)));
  return out;
}

Result<Object> QueryRun::total() {
  if (total_) return *total_;
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(plans_.total(), 1));
  total_ = answer.rows.empty() ? Object{} : values(answer, answer.rows[0]);
  return *total_;
}

/// Rows of groups that are not shown, whether the limit or a having left them out.
Result<Object> QueryRun::other() {
  Object other;
  if (spec_.breakdowns.empty() || (!cut_ && spec_.havings.empty())) return other;
  const bool counts =
      spec_.formulas.empty() && std::ranges::all_of(spec_.calculations, [](const Calculation& calculation) {
        return calculation.op.op == Op::kCount;
      });
  if (!counts) {
    ASSIGN_OR_RETURN(const plan::Answer answer, ask(plans_.rest(groups_), 1));
    if (!answer.rows.empty()) other = values(answer, answer.rows[0]);
    return other;
  }
  // What the shown groups leave of the total: no need to read every row's group again.
  ASSIGN_OR_RETURN(other, total());
  for (std::size_t i = 0; i < other.size(); ++i) {
    auto& left = std::get<std::int64_t>(other[i].second.data);
    for (const Object& data : group_data_) left -= std::get<std::int64_t>(data[i].second.data);
    left = std::max<std::int64_t>(left, 0);  // rows may have arrived in between
  }
  return other;
}

Result<Array> QueryRun::total_series() {
  Array out;
  if (groups_give_total()) {
    for (const auto& [time, values] : steps_) out.push_back(point(time, shown(values)));
    return out;
  }
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(plans_.total_series(), kMaxSeriesRows));
  std::map<std::string, Buckets> total;
  for (const auto& row : answer.rows) {
    if (const auto* bucket = cell(answer, row, QueryPlans::kBucket).as<std::int64_t>())
      total[""][*bucket] = values(answer, row);
  }
  RETURN_IF_ERROR(add_concurrency(true, total));
  difference(total[""]);
  for (auto& [time, data] : total[""]) out.push_back(point(time, std::move(data)));
  return out;
}

/// The only group, from the steps of its series. False: it has none, and is to be asked for.
bool QueryRun::take_group_from_series() {
  std::vector<Value> whole;
  for (const auto& [time, values] : steps_) fold(spec_, values, whole);
  if (steps_.empty()) return false;
  total_ = shown(whole);
  group_data_ = {*total_};
  return true;
}

/// The whole range has the largest value of its buckets.
Result<void> QueryRun::add_largest_concurrency() {
  std::map<std::string, Buckets> by_group;
  RETURN_IF_ERROR(add_concurrency(false, by_group));
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    std::map<std::string, double> most;
    for (const auto& [time, data] : by_group[groups_[i].text]) {
      for (const auto& [key, value] : data) most[key] = std::max(most[key], number_of(value).value_or(0));
    }
    Object& data = group_data_[i];
    for (const auto& [key, value] : most) data.insert(data.begin(), {key, finite(Value(value))});
  }
  return {};
}

Result<Object> QueryRun::run() {
  RETURN_IF_ERROR(find_bins());
  const bool one_question = is_total() && asked_.series && folds_;
  if (one_question) {
    groups_.emplace_back();
    group_data_.emplace_back();
  } else {
    RETURN_IF_ERROR(find_groups());
  }
  if (wants_concurrency()) RETURN_IF_ERROR(add_largest_concurrency());
  Object data;
  ASSIGN_OR_RETURN(Array points, asked_.series ? series() : Result<Array>(Array{}));
  if (one_question && !take_group_from_series()) {
    groups_.clear();
    group_data_.clear();
    RETURN_IF_ERROR(find_groups());
  }
  std::optional<Array> points_of_total;
  if (asked_.total && asked_.series) {
    if (is_total()) points_of_total = points;
    if (!points_of_total) {
      ASSIGN_OR_RETURN(points_of_total, total_series());
    }
  }
  data.emplace_back("series", Value(std::move(points)));
  Array results;
  for (const Object& group : group_data_) results.emplace_back(wrapped(group));
  data.emplace_back("results", Value(std::move(results)));
  if (asked_.total) {
    ASSIGN_OR_RETURN(Object total, this->total());
    data.emplace_back("total_by_aggregate", Value(wrapped(std::move(total))));
  }
  if (points_of_total) data.emplace_back("total_by_aggregate_series", Value(*std::move(points_of_total)));
  if (asked_.other) {
    ASSIGN_OR_RETURN(Object other, this->other());
    data.emplace_back("other_by_aggregate", Value(wrapped(std::move(other))));
  }
  return data;
}

/// The engine's bounds, in words about the query.
Error in_words_of_the_query(Error error) {
  switch (error.code) {
    case ErrorCode::kDeadlineExceeded:
      return {error.code, "the query ran longer than 10 seconds: ask for a shorter time range or fewer breakdowns"};
    case ErrorCode::kInvalid:
      log_warning("honeycomb query refused: {}", error.message);
      return {error.code, "the query is too large: ask with fewer columns, filters or values"};
    case ErrorCode::kTooLarge:
      return {ErrorCode::kInvalid,
              "the answer is too large: ask for a coarser granularity, a lower limit or fewer breakdowns"};
    default:
      return error;
  }
}

}  // namespace

Result<std::string> run_query(const Middle& middle, const SavedResult& asked) {
  const auto spec = read_query_spec(asked.query.spec);
  if (!spec) return fail(ErrorCode::kInvalid, "the saved query is not valid any more");
  // Calculated fields may have changed, or be gone, since the query was made.
  ASSIGN_OR_RETURN(const auto problems, check_query(middle, asked.query.environment, asked.query.dataset, *spec));
  if (!problems.empty()) return fail(ErrorCode::kInvalid, problems.front().field + ": " + problems.front().description);
  ASSIGN_OR_RETURN(const QueryScope scope, query_scope(middle, asked.query.environment, asked.query.dataset, *spec));
  RowReader rows(middle.fields, scope.selection, scope.overrides);
  QueryFields fields(rows, scope.calculated);
  RelatedRows related({middle.fields, scope.of_traces, scope.overrides, scope.calculated});
  auto data = QueryRun(middle, *spec, asked, fields, related).run();
  if (!data) return std::unexpected(in_words_of_the_query(std::move(data).error()));
  std::string json = to_plain_json(Value(*std::move(data)));
  if (json.size() > kMaxResultBytes) return std::unexpected(in_words_of_the_query({ErrorCode::kTooLarge, {}}));
  return json;
}

}  // namespace tetrascope::honeycomb
