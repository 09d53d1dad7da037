// InsightsCompiler: patterns of one time beside those of another.

#include <chrono>

#include "query/types.h"
#include "slices/cloudwatch_logs/insights_clusters.h"
#include "slices/cloudwatch_logs/insights_compiler.h"
#include "slices/cloudwatch_logs/insights_parser.h"
#include "slices/cloudwatch_logs/plan_literals.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::ExprPtr;
using plan::field;
using plan::literal;
using plan::Type;
using F = plan::Function;

/// The same time of the calendar's month before; the 31st of March is compared with the last of February.
std::int64_t month_before(std::int64_t nanos) {
  namespace chr = std::chrono;
  const chr::sys_time<chr::nanoseconds> time{chr::nanoseconds(nanos)};
  const chr::sys_days day = chr::floor<chr::days>(time);
  chr::year_month_day date = chr::year_month_day(day) - chr::months(1);
  if (!date.ok()) date = date.year() / date.month() / chr::last;
  return chr::nanoseconds((chr::sys_days(date) + (time - day)).time_since_epoch()).count();
}

plan::AggregateCall count_where(std::string name, ExprPtr condition) {
  plan::AggregateCall count;
  count.name = std::move(name);
  count.where = std::move(condition);
  return count;
}

/// What became of a pattern: `now` and `then` are how often it came.
ExprPtr change_text(const ExprPtr& now, const ExprPtr& then) {
  const auto percent = [&](std::string_view word, const ExprPtr& by) {
    const ExprPtr share = plan::call(F::kDiv, {plan::call(F::kMul, {by, literal_integer(100)}), then});
    const ExprPtr text = plan::call(F::kToString, {plan::call(F::kToInt, {plan::call(F::kRound, {share})})});
    return plan::call(F::kConcat, {literal_text(word), text, literal_text("%")});
  };
  const auto none = [](const ExprPtr& count) { return plan::call(F::kEq, {count, literal_integer(0)}); };
  return plan::call(F::kIf,
                    {none(then), literal_text("New pattern"), none(now), literal_text("Pattern not found"),
                     plan::call(F::kGt, {now, then}), percent("Increased by ", plan::call(F::kSub, {now, then})),
                     plan::call(F::kLt, {now, then}), percent("Decreased by ", plan::call(F::kSub, {then, now})),
                     literal_text("No change")});
}

}  // namespace

/// Behind `pattern` its patterns are compared, else those of the messages. Both times are read at once.
Parsed<void> InsightsCompiler::diff(const QueryCommand& command) {
  if (clustered_ && clustered_->end == stages_.size()) {
    stages_.resize(clustered_->stage);
  } else {
    if (stats_ > 0)
      return std::unexpected(
          QueryError{"diff compares patterns, and has none behind stats", command.begin, command.end});
    QUERY_CHECKED(count_aggregation(command));
    clustered_ = Clustered{as_text(events_.use("@message")), stages_.size(), 0};
  }
  if (joined_ || limited_)
    return std::unexpected(QueryError{"diff cannot follow join or limit", command.begin, command.end});
  const std::int64_t length = range_.to.value - range_.from.value;
  const std::int64_t back = command.months != 0  ? range_.from.value - month_before(range_.from.value)
                            : command.nanos != 0 ? command.nanos
                                                 : length;
  earlier_ = plan::TimeRange{{range_.from.value - back}, {range_.to.value - back}};
  const ExprPtr is_now = plan::call(F::kEq, {field(kClusterPeriod), literal_integer(0)});
  constexpr const char* kThen = "then";
  constexpr const char* kTotal = "total";
  constexpr const char* kJoined = "one";
  constexpr const char* kDifference = "difference";
  plan::Plan before = so_far();
  before.stages.emplace_back(plan::Aggregate{{}, {count_where(kTotal, is_now)}, {}, {}});
  before.stages.emplace_back(plan::Compute{{{kJoined, literal_integer(1)}}});
  plan::Aggregate aggregate;
  aggregate.keys = {{kClusterPattern, pattern_of(clustered_->text)}};
  aggregate.calls = {count_where(kClusterCount, is_now), count_where(kThen, plan::call(F::kNot, {is_now}))};
  stages_.emplace_back(std::move(aggregate));
  stages_.emplace_back(plan::Compute{{{kJoined, literal_integer(1)}}});
  stages_.emplace_back(
      plan::Join{plan::JoinKind::kLeft, std::make_shared<const plan::Plan>(std::move(before)), {{kJoined, kJoined}}});
  stages_.emplace_back(plan::Compute{{{kClusterRatio, plan::call(F::kDiv, {field(kClusterCount), field(kTotal)})},
                                      {kClusterSeverity, severity_of(field(kClusterPattern))},
                                      {kDifference, plan::call(F::kSub, {field(kClusterCount), field(kThen)})},
                                      {"description", change_text(field(kClusterCount), field(kThen))}}});
  made_.clear();
  shown_.clear();
  show({"@pattern", {field(kClusterPattern), Type::kString}});
  show({"@ratio", {field(kClusterRatio), Type::kDouble}});
  show({"@sampleCount", {field(kClusterCount), Type::kInt}});
  show({"@severityLabel", {field(kClusterSeverity), Type::kString}});
  show({"@differenceEventCount", {field(kDifference), Type::kInt}});
  show({"@differenceDescription", {field("description"), Type::kString}});
  shown_any_ = true;
  clustered_.reset();
  time_order_.reset();
  add_sort({{{plan::call(F::kAbs, {field(kDifference)}), true}, {field(kClusterPattern), false}}});
  return {};
}

}  // namespace tetrascope::cloudwatch_logs
