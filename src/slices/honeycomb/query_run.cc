#include "slices/honeycomb/query_run.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/log.h"
#include "slices/honeycomb/column_settings.h"
#include "slices/honeycomb/datasets.h"
#include "slices/honeycomb/event.h"
#include "slices/honeycomb/query_answer.h"
#include "slices/honeycomb/query_plans.h"
#include "slices/honeycomb/query_scope.h"
#include "slices/honeycomb/query_values.h"

namespace tetrascope::honeycomb {
namespace {

constexpr std::chrono::milliseconds kMaxQueryTime{10'000};
constexpr std::size_t kMaxSeriesRows = 200'000;
/// Of a question that asks for all at once. With more, those that are shown are found first.
constexpr std::size_t kMaxGroupsAtOnce = 50'000;

/// The query's own limit holds; the request's can lower it, or stand in for it.
std::size_t shown_groups(const QuerySpec& spec, const SavedResult& asked) {
  return std::min(asked.limit.value_or(spec.limit.value_or(kDefaultGroups)),
                  spec.limit.value_or(kMaxGroupsWithoutSeries));
}

class QueryRun {
 public:
  QueryRun(const Middle& middle, const QuerySpec& spec, const SavedResult& asked, QueryFields& fields,
           RelatedRows& related)
      : middle_(middle),
        spec_(spec),
        asked_(asked),
        plans_(spec, asked.range, resolve_granularity(spec, asked.range), fields, related),
        limit_(shown_groups(spec, asked)),
        answer_(spec, plans_, limit_),
        deadline_(std::chrono::steady_clock::now() + kMaxQueryTime) {}

  Result<Object> run();

 private:
  Result<plan::Answer> ask(const plan::Plan& plan, std::size_t max_rows, std::size_t max_groups = 0);
  Result<void> find_bins();
  Result<void> ask_all();
  Result<bool> ask_at_once();
  Result<void> find_groups();
  Result<void> find_points();
  Result<void> find_steps_of_total();
  Result<void> find_concurrency(bool of_total);
  Result<Object> total();
  Result<Object> other();
  bool wants_concurrency() const {
    return std::ranges::any_of(spec_.calculations, [](const Calculation& c) { return c.op.op == Op::kConcurrency; });
  }

  const Middle& middle_;
  const QuerySpec& spec_;
  const SavedResult& asked_;
  QueryPlans plans_;
  const std::size_t limit_;
  QueryAnswer answer_;
  std::chrono::steady_clock::time_point deadline_;
};

Result<plan::Answer> QueryRun::ask(const plan::Plan& plan, std::size_t max_rows, std::size_t max_groups) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
  if (left.count() <= 0) return fail(ErrorCode::kDeadlineExceeded, "time");
  QueryBounds bounds;
  bounds.time = left;
  bounds.result_rows = max_rows;
  bounds.groups = max_groups;
  return middle_.runner.run(plan, bounds);
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

/// False: there are too many groups, or it is no question for which that helps.
Result<bool> QueryRun::ask_at_once() {
  if (!spec_.havings.empty() || wants_concurrency()) return false;
  const bool totals = asked_.total && !answer_.folds();
  const auto whole = plans_.at_once(asked_.series, totals);
  if (!whole) return false;
  const auto answer = ask(whole->plan, kMaxSeriesRows, kMaxGroupsAtOnce);
  if (!answer && answer.error().code == ErrorCode::kTooLarge) return false;
  if (!answer) return std::unexpected(answer.error());
  for (const auto& row : answer->rows) {
    const auto* level = cell(*answer, row, QueryPlans::kLevel).as<std::int64_t>();
    switch (level == nullptr ? QueryPlans::Level::kTotal : whole->levels.at(static_cast<std::size_t>(*level))) {
      case QueryPlans::Level::kPoint:
        answer_.add_point(*answer, row);
        break;
      case QueryPlans::Level::kGroup:
        answer_.add_group(*answer, row);
        break;
      case QueryPlans::Level::kStep:
        answer_.add_step(*answer, row);
        break;
      case QueryPlans::Level::kTotal:
        answer_.set_total(*answer, row);
        break;
    }
  }
  return true;
}

Result<void> QueryRun::find_groups() {
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(plans_.groups(limit_), limit_ + 1));
  for (const auto& row : answer.rows) answer_.add_group(answer, row);
  return {};
}

Result<void> QueryRun::find_points() {
  if (answer_.groups().empty()) return {};
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(plans_.series(answer_.groups()), kMaxSeriesRows));
  for (const auto& row : answer.rows) answer_.add_point(answer, row);
  return find_concurrency(false);
}

Result<void> QueryRun::find_steps_of_total() {
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(plans_.total_series(), kMaxSeriesRows));
  for (const auto& row : answer.rows) answer_.add_step(answer, row);
  return find_concurrency(true);
}

/// CONCURRENCY by bucket: of the shown groups, or of everything.
Result<void> QueryRun::find_concurrency(bool of_total) {
  for (std::size_t i = 0; i < spec_.calculations.size(); ++i) {
    if (spec_.calculations[i].op.op != Op::kConcurrency) continue;
    ASSIGN_OR_RETURN(const plan::Answer answer, ask(plans_.concurrency(i, of_total), kMaxSeriesRows));
    for (const auto& row : answer.rows) answer_.add_concurrency(answer, row, i, of_total);
  }
  return {};
}

Result<Object> QueryRun::total() {
  if (auto known = answer_.total()) return *std::move(known);
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(plans_.total(), 1));
  if (answer.rows.empty()) return Object{};
  answer_.set_total(answer, answer.rows[0]);
  return *answer_.total();
}

/// Rows of groups that are not shown, whether the limit or a having left them out.
Result<Object> QueryRun::other() {
  Object other;
  if (spec_.breakdowns.empty() || (!answer_.cut() && spec_.havings.empty())) return other;
  const bool counts =
      spec_.formulas.empty() && std::ranges::all_of(spec_.calculations, [](const Calculation& calculation) {
        return calculation.op.op == Op::kCount;
      });
  if (!counts) {
    ASSIGN_OR_RETURN(const plan::Answer answer, ask(plans_.rest(answer_.groups()), 1));
    if (!answer.rows.empty()) other = answer_.values(answer, answer.rows[0]);
    return other;
  }
  // What the shown groups leave of the total: no need to read every row's group again.
  ASSIGN_OR_RETURN(other, total());
  for (std::size_t i = 0; i < other.size(); ++i) {
    auto& left = std::get<std::int64_t>(other[i].second.data);
    for (const Object& data : answer_.group_data()) left -= std::get<std::int64_t>(data[i].second.data);
    left = std::max<std::int64_t>(left, 0);  // rows may have arrived in between
  }
  return other;
}

/// Groups and their points, in as few reads as possible.
Result<void> QueryRun::ask_all() {
  if (answer_.is_total() && asked_.series && answer_.folds()) {
    answer_.begin_only_group();
    RETURN_IF_ERROR(find_points());
    if (answer_.take_only_group_from_points()) return {};
    answer_.forget_groups();
    return find_groups();
  }
  ASSIGN_OR_RETURN(const bool done, ask_at_once());
  // Of no rows at all there is a total, but no group in the engine's eyes.
  if (done && !(answer_.is_total() && answer_.groups().empty())) return {};
  RETURN_IF_ERROR(find_groups());
  if (wants_concurrency()) {
    RETURN_IF_ERROR(find_concurrency(false));
    answer_.take_largest_concurrency();
  }
  return asked_.series ? find_points() : Result<void>{};
}

Result<Object> QueryRun::run() {
  RETURN_IF_ERROR(find_bins());
  RETURN_IF_ERROR(ask_all());
  Object data;
  Array points = asked_.series ? answer_.series() : Array{};
  std::optional<Array> points_of_total;
  if (asked_.total && asked_.series) {
    points_of_total = answer_.is_total() ? points : answer_.total_series();
    if (!points_of_total) {
      RETURN_IF_ERROR(find_steps_of_total());
      points_of_total = answer_.total_series();
    }
  }
  data.emplace_back("series", Value(std::move(points)));
  Array results;
  for (const Object& group : answer_.group_data()) results.emplace_back(wrapped(group));
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
