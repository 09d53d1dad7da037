// InsightsCompiler: the order of rows, and what is cut by it.

#include <algorithm>

#include "query/types.h"
#include "slices/cloudwatch_logs/insights_compiler.h"
#include "slices/cloudwatch_logs/insights_counts.h"
#include "slices/cloudwatch_logs/insights_parser.h"
#include "slices/cloudwatch_logs/plan_literals.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::ExprPtr;
using plan::field;
using plan::Type;
using F = plan::Function;

}  // namespace

Parsed<void> InsightsCompiler::sort(const QueryCommand& command) {
  plan::Sort sort;
  for (const QueryItem& item : command.items) {
    QUERY_PARSED(const TypedQueryExpr value, expression(*item.expr));
    add_sort_keys(sort, value, item.descending);
  }
  time_order_.reset();
  if (stats_ == 0 && sort.keys.size() == 1 && is_event_time(*command.items.front().expr))
    note_time_order(command.items.front().descending);
  add_sort(std::move(sort));
  return {};
}

Parsed<void> InsightsCompiler::limit(const QueryCommand& command) {
  if (!command.any) sort_by_default();
  sorted_ = true;
  if (!limited_) wanted_ = command.limit;
  limited_ = true;
  stages_.emplace_back(plan::Limit{command.limit, 0, {}});
  return {};
}

void InsightsCompiler::add_sort(plan::Sort sort) {
  sorted_ = true;
  last_sort_ = sort;
  sort_stage_ = stages_.size();
  stages_.emplace_back(std::move(sort));
}

/// `@timestamp`, which no command has given another meaning.
bool InsightsCompiler::is_event_time(const QueryNode& node) {
  if (node.kind != QueryNode::Kind::kField || node.text != "@timestamp") return false;
  const std::string time = time_column_of(events_);
  return std::ranges::none_of(made_, [&](const Column& column) {
    const auto* same = std::get_if<plan::Field>(&column.value.expr->node);
    return column.name == "@timestamp" && (same == nullptr || same->name != time);
  });
}
/// The next stage sorts by time; what it is for ends where rows were cut before.
void InsightsCompiler::note_time_order(bool descending) {
  if (counted_stages(stages_).size() == stages_.size()) time_order_ = TimeOrder{stages_.size(), descending};
}

/// Events come newest first; groups by their keys, so that one question has one answer.
void InsightsCompiler::sort_by_default() {
  if (sorted_) return;
  plan::Sort sort;
  if (stats_ == 0) {
    sort.keys.push_back({events_.use("@timestamp").expr, true, plan::MissingOrder::kLast});
    note_time_order(true);
  } else {
    for (const Column& column : shown_) add_sort_keys(sort, column.value, false);
  }
  add_sort(std::move(sort));
}

Parsed<void> InsightsCompiler::dedup(const QueryCommand& command) {
  sort_by_default();
  plan::Compute keys;
  plan::Dedup dedup;
  ExprPtr missing;
  for (const QueryItem& item : command.items) {
    QUERY_PARSED(const TypedQueryExpr value, expression(*item.expr));
    const std::string column = next_name("d");
    keys.columns.push_back({column, value.expr});
    dedup.columns.push_back(column);
    const ExprPtr none = plan::call(F::kIsMissing, {value.expr});
    missing = missing ? plan::call(F::kOr, {missing, none}) : none;
  }
  // Rows that lack a key are all kept: each is then its own, by where it stands.
  const std::string own = next_name("d");
  if (stats_ == 0) {
    const ExprPtr place = plan::call(
        F::kConcat, {plan::call(F::kToString, {plan::call(F::kToNanos, {events_.use("@timestamp").expr})}),
                     literal_text(" "), plan::call(F::kToString, {plan::call(F::kToNanos, {order_column()})})});
    keys.columns.push_back({own, plan::call(F::kIf, {missing, place, literal_text("")})});
    dedup.columns.push_back(own);
  }
  stages_.emplace_back(std::move(keys));
  if (stats_ == 0 && counted_stages(stages_).size() == stages_.size()) {
    const ExprPtr place = plan::call(F::kToNanos, {order_column()});
    ExprPtr stays = time_order_
                        ? is_first_of_its_kind(so_far(), *time_order_, dedup.columns, time_column_of(events_), place)
                        : stays_in_order(so_far(), dedup, place);
    by_time_ = time_order_;
    counted_ = counted_plan(range_, read(event_columns()), stages_);
    const std::size_t sorted = time_order_ ? time_order_->stage : sort_stage_;
    stages_.insert(stages_.begin() + static_cast<std::ptrdiff_t>(sorted), plan::Filter{std::move(stays)});
  }
  time_order_.reset();
  stages_.emplace_back(std::move(dedup));
  return {};
}

}  // namespace tetrascope::cloudwatch_logs
