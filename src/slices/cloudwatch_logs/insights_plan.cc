#include "slices/cloudwatch_logs/insights_plan.h"

#include <fmt/core.h>

#include <algorithm>

#include "query/types.h"
#include "slices/cloudwatch_logs/event_reads.h"
#include "slices/cloudwatch_logs/insights_clusters.h"
#include "slices/cloudwatch_logs/insights_compiler.h"
#include "slices/cloudwatch_logs/insights_counts.h"
#include "slices/cloudwatch_logs/insights_lexer.h"
#include "slices/cloudwatch_logs/insights_parser.h"
#include "slices/cloudwatch_logs/insights_patterns.h"
#include "slices/cloudwatch_logs/plan_literals.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::ExprPtr;
using plan::field;
using plan::literal;
using plan::Type;
using F = plan::Function;
using Command = QueryCommand::Kind;

}  // namespace

std::string time_column_of(EventFields& events) {
  return std::get<plan::Field>(events.use("@timestamp").expr->node).name;
}

Parsed<InsightsPlan> InsightsCompiler::compile(const InsightsQuery& query) {
  QUERY_CHECKED(apply_all(query));
  return finish();
}

Parsed<void> InsightsCompiler::apply_all(const InsightsQuery& query) {
  for (const QueryCommand& command : query.commands) {
    if (ended_)
      return std::unexpected(
          QueryError{"addtotals with col=true must be the last command of a query", command.begin, command.end});
    QUERY_CHECKED(apply(command));
  }
  return {};
}

Parsed<void> InsightsCompiler::apply(const QueryCommand& command) {
  if (command.kind != Command::kFields && command.kind != Command::kDisplay && command.kind != Command::kLimit)
    by_time_.reset();
  if (command.kind != Command::kDiff && command.kind != Command::kPattern) clustered_.reset();
  switch (command.kind) {
    case Command::kFields:
    case Command::kDisplay:
      return fields(command);
    case Command::kFilter:
      return filter(command);
    case Command::kStats:
      return stats(command);
    case Command::kSort:
      return sort(command);
    case Command::kLimit:
      return limit(command);
    case Command::kDedup:
      return dedup(command);
    case Command::kParse:
      return parse(command);
    case Command::kLogfmt:
      return logfmt(command);
    case Command::kJson:
      return json(command);
    case Command::kPattern:
      return pattern(command);
    case Command::kUnnest:
      return unnest(command);
    case Command::kCountFrequent:
      return count_frequent(command);
    case Command::kFillMissing:
      return fill_missing(command);
    case Command::kDiff:
      return diff(command);
    default:
      break;
  }
  // What follows looks at other rows, or at other queries': no way to the first events by time is the same behind it.
  time_order_.reset();
  switch (command.kind) {
    case Command::kAccumulate:
      return accumulate(command);
    case Command::kAutoregress:
      return autoregress(command);
    case Command::kFillDown:
      return fill_down(command);
    case Command::kSessionize:
      return sessionize(command);
    case Command::kOutlier:
      return outlier(command);
    case Command::kAddTotals:
      return add_totals(command);
    case Command::kJoin:
      return join(command);
    default:
      return append_columns(command);
  }
}

std::optional<TypedQueryExpr> InsightsCompiler::made(std::string_view name) const {
  for (auto column = made_.rbegin(); column != made_.rend(); ++column) {
    if (column->name == name) return column->value;
    const bool member = name.size() > column->name.size() + 1 && name.starts_with(column->name + ".");
    if (!member || (!column->structured && !column->logfmt)) continue;
    const std::string_view path = name.substr(column->name.size() + 1);
    if (column->logfmt) {
      const ExprPtr found = plan::call(F::kExtract, {column->value.expr, literal(Value(logfmt_pattern(path)))});
      return TypedQueryExpr{plan::call(F::kTrim, {found, literal_text("\"")}), Type::kString};
    }
    if (ExprPtr found = json_member(column->value.expr, path)) return TypedQueryExpr{std::move(found), Type::kString};
  }
  return std::nullopt;
}

/// A name: what an earlier command made, else a field of the event, of either side of a join.
Parsed<TypedQueryExpr> InsightsCompiler::name(const QueryNode& node) {
  if (auto found = made(node.text)) return *std::move(found);
  if (stats_ > 0)
    return std::unexpected(QueryError{"Unknown symbols found in or after stats: " + node.text, node.begin, node.end});
  if (joined_) {
    const std::string_view text = node.text;
    if (text.starts_with(joined_->right + ".")) return joined_column(node, text.substr(joined_->right.size() + 1));
    if (text.starts_with(joined_->left + ".")) {
      const std::string_view bare = text.substr(joined_->left.size() + 1);
      if (auto found = made(bare)) return *std::move(found);
      return events_.use(bare);
    }
  }
  if (offset_ != 0 && node.text == "@timestamp")
    return TypedQueryExpr{plan::call(F::kAdd, {events_.use(node.text).expr, literal_integer(offset_)}), Type::kTime};
  return events_.use(node.text);
}

Parsed<TypedQueryExpr> InsightsCompiler::expression(const QueryNode& node) {
  const QueryCalls calls = [this](const QueryNode& call) { return membership(call); };
  return compile_expression(node, names(), calls, times());
}

std::string InsightsCompiler::next_name(std::string_view kind) { return fmt::format("{}{}", kind, count_++); }

void InsightsCompiler::show(Column column) {
  std::erase_if(shown_, [&](const Column& shown) { return shown.name == column.name; });
  shown_.push_back(column);
  made_.push_back(std::move(column));
}

void InsightsCompiler::show_computed(const std::string& name, TypedQueryExpr value) {
  const std::string column = next_name("w");
  stages_.emplace_back(plan::Compute{{{column, std::move(value.expr)}}});
  Column made{name, {field(column), value.type}};
  const auto same = std::ranges::find(shown_, name, &Column::name);
  if (same == shown_.end()) return show(std::move(made));
  *same = made;  // in its place
  made_.push_back(std::move(made));
}

Parsed<void> InsightsCompiler::fields(const QueryCommand& command) {
  if (command.kind == Command::kDisplay || !shown_any_) shown_.clear();
  shown_any_ = true;
  plan::Compute compute;
  std::vector<Column> added;
  for (const QueryItem& item : command.items) {
    QUERY_PARSED(TypedQueryExpr value, expression(*item.expr));
    // A field as it is needs no column of its own.
    if (!std::holds_alternative<plan::Field>(value.expr->node)) {
      const std::string column = next_name("f");
      compute.columns.push_back({column, value.expr});
      value.expr = field(column);
    }
    const bool structured = value.type == Type::kAny;
    added.push_back({item.name, std::move(value), structured});
  }
  if (!compute.columns.empty()) stages_.emplace_back(std::move(compute));
  for (Column& column : added) show(std::move(column));
  return {};
}

Parsed<void> InsightsCompiler::filter(const QueryCommand& command) {
  QUERY_PARSED(const TypedQueryExpr condition, expression(*command.items.front().expr));
  stages_.emplace_back(plan::Filter{as_condition(condition)});
  return {};
}

Parsed<void> InsightsCompiler::count_aggregation(const QueryCommand& command) {
  constexpr int kMostStats = 10;
  if (++stats_ > kMostStats)
    return std::unexpected(
        QueryError{fmt::format("a query has at most {} stats commands", kMostStats), command.begin, command.end});
  if (stats_ == 1) before_stats_ = stages_.size();
  return {};
}

Parsed<void> InsightsCompiler::pattern(const QueryCommand& command) {
  QUERY_PARSED(const TypedQueryExpr text, expression(*command.items.front().expr));
  QUERY_CHECKED(count_aggregation(command));
  Clustered clustered{as_text(text), stages_.size(), 0};
  for (plan::Stage& stage : cluster_stages(clustered.text, so_far())) stages_.push_back(std::move(stage));
  clustered.end = stages_.size();
  clustered_ = std::move(clustered);
  sorted_ = true;
  made_.clear();
  shown_.clear();
  show({"@pattern", {field(kClusterPattern), Type::kString}});
  show({"@ratio", {field(kClusterRatio), Type::kDouble}});
  show({"@sampleCount", {field(kClusterCount), Type::kInt}});
  show({"@severityLabel", {field(kClusterSeverity), Type::kString}});
  shown_any_ = true;
  return {};
}

Parsed<void> InsightsCompiler::stats(const QueryCommand& command) {
  QUERY_CHECKED(count_aggregation(command));
  if (command.nanos != 0) {
    if (stats_ > 1) return std::unexpected(QueryError{"offset is of the first stats only", command.begin, command.end});
    offset_ = command.nanos;
    range_ = {{range_.from.value - offset_}, {range_.to.value - offset_}};
  }
  const QueryNames known = [this](const QueryNode& node) -> Parsed<TypedQueryExpr> {
    if (stats_ != 1) return name(node);
    --stats_;  // fields of events are still there
    auto found = name(node);
    ++stats_;
    return found;
  };
  const std::string time = stats_ == 1 ? time_column_of(events_) : std::string();
  QUERY_PARSED(StatsStages compiled, compile_stats(command, known, time, fmt::format("s{}", stats_), times()));
  stages_.emplace_back(std::move(compiled.aggregate));
  stages_.emplace_back(plan::Filter{plan::call(F::kGt, {field("rows"), literal_integer(0)})});
  if (!compiled.values.columns.empty()) stages_.emplace_back(std::move(compiled.values));
  made_.clear();
  shown_.clear();
  sorted_ = false;
  for (const StatsColumn& column : compiled.columns) show({column.name, {field(column.column), column.type}});
  shown_any_ = true;
  note_bins(command);
  return {};
}

void InsightsCompiler::note_bins(const QueryCommand& command) {
  bins_.reset();
  for (std::size_t i = 0; i < command.by.size() && i < shown_.size(); ++i) {
    const QueryNode& key = *command.by[i].expr;
    const bool bin = key.kind == QueryNode::Kind::kCall && (key.text == "bin" || key.text == "datefloor");
    if (!bin || key.arguments.back()->kind != QueryNode::Kind::kPeriod) continue;
    const std::string& period = key.arguments.back()->text;
    bins_ = Bins{i, command.by.size(), period, rounding_period(period)};
  }
}

/// The order of arrival, which the pointer of a row has too.
ExprPtr InsightsCompiler::order_column() {
  needs_order_ = true;
  return field("order");
}

plan::TableRead InsightsCompiler::read(std::vector<plan::Named> columns) const {
  plan::TableRead read;
  read.table = plan::Table::kLogs;
  read.columns = std::move(columns);
  read.where = scope_.condition;
  return read;
}

/// Of the events, and with diff of those of the time before.
std::vector<plan::TableRead> InsightsCompiler::reads() const {
  std::vector<plan::TableRead> all;
  all.push_back(read(event_columns()));
  if (!earlier_) return all;
  all.push_back(all.front());
  all.back().range = *earlier_;
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i].columns.push_back({kClusterPeriod, literal_integer(static_cast<std::int64_t>(i))});
  return all;
}

std::vector<plan::Stage> InsightsCompiler::stages() const {
  std::vector<plan::Stage> all = stages_;
  if (joined_) std::get<plan::Join>(all[joined_->stage]).right = std::make_shared<const plan::Plan>(joined_plan());
  return all;
}

InsightsPlan InsightsCompiler::finish() {
  InsightsPlan out;
  if (!shown_any_) {
    for (const char* each : {"@timestamp", "@message"}) shown_.push_back({each, events_.use(each)});
  }
  sort_by_default();
  if (!limited_) stages_.emplace_back(plan::Limit{scope_.limit, 0, {}});
  if (by_time_) {
    out.first_rows = limited_ ? wanted_ : scope_.limit;
    out.newest_first = by_time_->descending;
  }
  plan::Compute shown;
  plan::Project project;
  for (std::size_t i = 0; i < shown_.size(); ++i) {
    const std::string column = fmt::format("out{}", i);
    shown.columns.push_back({column, shown_[i].value.expr});
    project.columns.push_back(column);
    out.names.push_back(shown_[i].name);
  }
  out.has_pointer = stats_ == 0;
  if (out.has_pointer) {
    shown.columns.push_back({"ptr_time", events_.use("@timestamp").expr});
    shown.columns.push_back({"ptr_order", order_column()});
    shown.columns.push_back({"ptr_log", events_.use("@log").expr});
    for (const char* each : {"ptr_time", "ptr_order", "ptr_log"}) project.columns.emplace_back(each);
  }
  out.totals = std::move(totals_);
  const std::span<const plan::Stage> of_events(stages_.data(), stats_ == 0 ? stages_.size() : before_stats_);
  out.counted =
      counted_ ? *std::move(counted_) : counted_plan(range_, read(event_columns()), counted_stages(of_events));
  stages_.emplace_back(std::move(shown));
  stages_.emplace_back(std::move(project));
  out.plan = so_far();
  return out;
}

std::vector<plan::Named> InsightsCompiler::event_columns() const {
  std::vector<plan::Named> columns = events_.columns();
  if (needs_order_) columns.push_back({"order", order_expr()});
  return columns;
}

Parsed<InsightsPlan> compile_insights_query(const InsightsQuery& query, const InsightsScope& scope) {
  return InsightsCompiler(scope).compile(query);
}

}  // namespace tetrascope::cloudwatch_logs
