#include "slices/cloudwatch_logs/insights_plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <span>

#include "query/types.h"
#include "slices/cloudwatch_logs/event_reads.h"
#include "slices/cloudwatch_logs/insights_clusters.h"
#include "slices/cloudwatch_logs/insights_counts.h"
#include "slices/cloudwatch_logs/insights_fields.h"
#include "slices/cloudwatch_logs/insights_order.h"
#include "slices/cloudwatch_logs/insights_parser.h"
#include "slices/cloudwatch_logs/insights_stats.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::ExprPtr;
using plan::field;
using plan::literal;
using plan::Type;
using F = plan::Function;
using Command = QueryCommand::Kind;

constexpr int kMostStats = 2;
constexpr std::string_view kRows = "rows";

class Compiler {
 public:
  explicit Compiler(const InsightsScope& scope) : scope_(scope), events_(*scope.fields, scope.account) {}

  Parsed<InsightsPlan> compile(const InsightsQuery& query) {
    for (const QueryCommand& command : query.commands) {
      auto done = apply(command);
      if (!done) return std::unexpected(std::move(done).error());
    }
    return finish();
  }

 private:
  struct Column {
    std::string name;
    TypedQueryExpr value;
    bool structured = false;  ///< holds JSON, whose members are asked for by `name.member`
  };

  Parsed<void> apply(const QueryCommand& command) {
    if (command.kind != Command::kFields && command.kind != Command::kDisplay && command.kind != Command::kLimit)
      by_time_.reset();
    switch (command.kind) {
      case Command::kFields:
        return fields(command, false);
      case Command::kDisplay:
        return fields(command, true);
      case Command::kFilter:
        return filter(command);
      case Command::kStats:
        return stats(command);
      case Command::kSort:
        return sort(command);
      case Command::kLimit:
        sort_by_default();
        if (!limited_) wanted_ = command.limit;
        limited_ = true;
        stages_.emplace_back(plan::Limit{command.limit, 0, {}});
        return {};
      case Command::kDedup:
        return dedup(command);
      case Command::kParse:
        return parse(command);
      case Command::kPattern:
        return pattern(command);
      case Command::kUnnest:
        return unnest(command);
    }
    return {};
  }

  /// A name: what an earlier command made, else a field of the event.
  Parsed<TypedQueryExpr> name(const QueryNode& node) {
    for (auto column = made_.rbegin(); column != made_.rend(); ++column) {
      if (column->name == node.text) return column->value;
      if (!column->structured || !node.text.starts_with(column->name + ".")) continue;
      const std::string_view path = std::string_view(node.text).substr(column->name.size() + 1);
      if (ExprPtr member = json_member(column->value.expr, path))
        return TypedQueryExpr{std::move(member), Type::kString};
    }
    if (stats_ > 0)
      return std::unexpected(QueryError{"Unknown symbols found in or after stats: " + node.text, node.begin, node.end});
    return events_.use(node.text);
  }
  QueryNames names() {
    return [this](const QueryNode& node) { return name(node); };
  }
  Parsed<TypedQueryExpr> expression(const QueryNode& node) {
    return compile_expression(node, names(), QueryCalls(), scope_.now);
  }
  std::string next_name(std::string_view kind) { return fmt::format("{}{}", kind, count_++); }

  Parsed<void> fields(const QueryCommand& command, bool display) {
    if (display || !shown_any_) shown_.clear();
    shown_any_ = true;
    plan::Compute compute;
    std::vector<Column> added;
    for (const QueryItem& item : command.items) {
      auto value = expression(*item.expr);
      if (!value) return std::unexpected(std::move(value).error());
      // A field as it is needs no column of its own.
      if (!std::holds_alternative<plan::Field>(value->expr->node)) {
        const std::string column = next_name("f");
        compute.columns.push_back({column, value->expr});
        value->expr = field(column);
      }
      const bool structured = value->type == Type::kAny;
      added.push_back({item.name, *std::move(value), structured});
    }
    if (!compute.columns.empty()) stages_.emplace_back(std::move(compute));
    for (Column& column : added) show(std::move(column));
    return {};
  }

  /// A column shown twice is shown once, with its last meaning.
  void show(Column column) {
    std::erase_if(shown_, [&](const Column& shown) { return shown.name == column.name; });
    shown_.push_back(column);
    made_.push_back(std::move(column));
  }

  Parsed<void> filter(const QueryCommand& command) {
    auto condition = expression(*command.items.front().expr);
    if (!condition) return std::unexpected(std::move(condition).error());
    stages_.emplace_back(plan::Filter{as_condition(*condition)});
    return {};
  }

  Parsed<void> parse(const QueryCommand& command) {
    auto input = expression(*command.input);
    if (!input) return std::unexpected(std::move(input).error());
    plan::Parse parse{as_text(*input), command.pattern, {}};
    std::vector<Column> added;
    for (const std::string& shown : command.names) {
      parse.names.push_back(next_name("p"));
      if (!shown.empty()) added.push_back({shown, {field(parse.names.back()), Type::kString}});
    }
    stages_.emplace_back(std::move(parse));
    // They can be asked for, but are shown only where a query says so.
    for (Column& column : added) made_.push_back(std::move(column));
    return {};
  }

  /// One row an element; what is no list is a list of one.
  Parsed<void> unnest(const QueryCommand& command) {
    const QueryItem& item = command.items.front();
    auto list = expression(*item.expr);
    if (!list) return std::unexpected(std::move(list).error());
    const std::string whole = next_name("u");
    const std::string element = next_name("u");
    const ExprPtr text = list->type == Type::kAny ? list->expr : as_text(*list);
    stages_.emplace_back(plan::Compute{{{whole, text}}});
    stages_.emplace_back(plan::Compute{{{element, plan::call(F::kJsonElements, {field(whole)})}}});
    stages_.emplace_back(plan::Unnest{element});
    const ExprPtr missing = plan::call(F::kIsMissing, {field(whole)});
    const ExprPtr value = plan::call(F::kIf, {missing, literal(Value(), Type::kString), field(element)});
    made_.push_back({item.name, {value, Type::kString}, true});
    return {};
  }

  Parsed<void> count_aggregation(const QueryCommand& command) {
    if (++stats_ > kMostStats)
      return std::unexpected(QueryError{"a query has at most two stats commands", command.begin, command.end});
    if (stats_ == 1) before_stats_ = stages_.size();
    return {};
  }

  Parsed<void> pattern(const QueryCommand& command) {
    auto text = expression(*command.items.front().expr);
    if (!text) return std::unexpected(std::move(text).error());
    QUERY_CHECKED(count_aggregation(command));
    for (plan::Stage& stage : cluster_stages(as_text(*text), {scope_.range, {read(event_columns())}, stages_}))
      stages_.push_back(std::move(stage));
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

  Parsed<void> stats(const QueryCommand& command) {
    QUERY_CHECKED(count_aggregation(command));
    std::string time;
    QueryNames known = [this](const QueryNode& node) -> Parsed<TypedQueryExpr> {
      if (stats_ == 1) {  // fields of events are still there
        --stats_;
        auto found = name(node);
        ++stats_;
        return found;
      }
      return name(node);
    };
    if (stats_ == 1) time = std::get<plan::Field>(events_.use("@timestamp").expr->node).name;
    auto compiled = compile_stats(command, known, time, fmt::format("s{}", stats_), scope_.now);
    if (!compiled) return std::unexpected(std::move(compiled).error());
    stages_.emplace_back(std::move(compiled->aggregate));
    stages_.emplace_back(
        plan::Filter{plan::call(F::kGt, {field(std::string(kRows)), literal(Value(std::int64_t{0}))})});
    if (!compiled->values.columns.empty()) stages_.emplace_back(std::move(compiled->values));
    made_.clear();
    shown_.clear();
    sorted_ = false;
    for (const StatsColumn& column : compiled->columns) show({column.name, {field(column.column), column.type}});
    shown_any_ = true;
    return {};
  }

  Parsed<void> sort(const QueryCommand& command) {
    plan::Sort sort;
    for (const QueryItem& item : command.items) {
      auto value = expression(*item.expr);
      if (!value) return std::unexpected(std::move(value).error());
      add_sort_keys(sort, *value, item.descending);
    }
    sorted_ = true;
    time_order_.reset();
    if (stats_ == 0 && sort.keys.size() == 1 && is_event_time(*command.items.front().expr))
      note_time_order(command.items.front().descending);
    stages_.emplace_back(std::move(sort));
    return {};
  }

  /// `@timestamp`, which no command has given another meaning.
  bool is_event_time(const QueryNode& node) {
    if (node.kind != QueryNode::Kind::kField || node.text != "@timestamp") return false;
    const auto time = events_.use("@timestamp").expr;
    return std::ranges::none_of(made_, [&](const Column& column) {
      const auto* same = std::get_if<plan::Field>(&column.value.expr->node);
      return column.name == "@timestamp" && (same == nullptr || same->name != std::get<plan::Field>(time->node).name);
    });
  }
  /// The next stage sorts by time; what it is for ends where rows were cut before.
  void note_time_order(bool descending) {
    if (counted_stages(stages_).size() == stages_.size()) time_order_ = TimeOrder{stages_.size(), descending};
  }

  /// Events come newest first; groups by their keys, so that one question has one answer.
  void sort_by_default() {
    if (sorted_) return;
    sorted_ = true;
    plan::Sort sort;
    if (stats_ == 0) {
      sort.keys.push_back({events_.use("@timestamp").expr, true, plan::MissingOrder::kLast});
      note_time_order(true);
    } else {
      for (const Column& column : shown_) add_sort_keys(sort, column.value, false);
    }
    stages_.emplace_back(std::move(sort));
  }

  Parsed<void> dedup(const QueryCommand& command) {
    sort_by_default();
    plan::Compute keys;
    plan::Dedup dedup;
    ExprPtr missing;
    for (const QueryItem& item : command.items) {
      auto value = expression(*item.expr);
      if (!value) return std::unexpected(std::move(value).error());
      const std::string column = next_name("d");
      keys.columns.push_back({column, value->expr});
      dedup.columns.push_back(column);
      const ExprPtr none = plan::call(F::kIsMissing, {value->expr});
      missing = missing ? plan::call(F::kOr, {missing, none}) : none;
    }
    // Rows that lack a key are all kept: each is then its own, by where it stands.
    const std::string own = next_name("d");
    if (stats_ == 0) {
      const ExprPtr place =
          plan::call(F::kConcat, {plan::call(F::kToString, {plan::call(F::kToNanos, {events_.use("@timestamp").expr})}),
                                  literal(Value(std::string(" "))),
                                  plan::call(F::kToString, {plan::call(F::kToNanos, {order_column()})})});
      keys.columns.push_back({own, plan::call(F::kIf, {missing, place, literal(Value(std::string()))})});
      dedup.columns.push_back(own);
    }
    stages_.emplace_back(std::move(keys));
    if (time_order_ && stats_ == 0 && counted_stages(stages_).size() == stages_.size()) {
      const std::string time = std::get<plan::Field>(events_.use("@timestamp").expr->node).name;
      const ExprPtr place = plan::call(F::kToNanos, {order_column()});
      ExprPtr first = is_first_of_its_kind({scope_.range, {read(event_columns())}, stages_}, *time_order_,
                                           dedup.columns, time, place);
      by_time_ = time_order_;
      counted_ = counted_plan(scope_.range, read(event_columns()), stages_);
      stages_.insert(stages_.begin() + static_cast<std::ptrdiff_t>(time_order_->stage), plan::Filter{std::move(first)});
    }
    time_order_.reset();
    stages_.emplace_back(std::move(dedup));
    return {};
  }

  /// The order of arrival, which the pointer of a row has too.
  ExprPtr order_column() {
    needs_order_ = true;
    return field("order");
  }

  plan::TableRead read(std::vector<plan::Named> columns) const {
    plan::TableRead read;
    read.table = plan::Table::kLogs;
    read.columns = std::move(columns);
    read.where = scope_.condition;
    return read;
  }

  Parsed<InsightsPlan> finish() {
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
    const std::span<const plan::Stage> of_events(stages_.data(), stats_ == 0 ? stages_.size() : before_stats_);
    out.counted =
        counted_ ? *std::move(counted_) : counted_plan(scope_.range, read(event_columns()), counted_stages(of_events));
    stages_.emplace_back(std::move(shown));
    stages_.emplace_back(std::move(project));
    out.plan = {scope_.range, {read(event_columns())}, std::move(stages_)};
    return out;
  }

  std::vector<plan::Named> event_columns() const {
    std::vector<plan::Named> columns = events_.columns();
    if (needs_order_) columns.push_back({"order", order_expr()});
    return columns;
  }

  const InsightsScope& scope_;
  EventFields events_;
  std::vector<plan::Stage> stages_;
  std::vector<Column> made_;  ///< what names mean, the newest last
  std::vector<Column> shown_;
  bool shown_any_ = false;
  bool sorted_ = false;
  bool limited_ = false;
  std::uint64_t wanted_ = 0;  ///< rows, of the first limit
  bool needs_order_ = false;
  int stats_ = 0;
  int count_ = 0;
  std::size_t before_stats_ = 0;
  std::optional<plan::Plan> counted_;    ///< set where a later stage would be counted that no query has
  std::optional<TimeOrder> by_time_;     ///< of a dedup of events after which nothing but limits came
  std::optional<TimeOrder> time_order_;  ///< of the events, while nothing else orders or cuts them
};

}  // namespace

Parsed<InsightsPlan> compile_insights_query(const InsightsQuery& query, const InsightsScope& scope) {
  return Compiler(scope).compile(query);
}

}  // namespace tetrascope::cloudwatch_logs
