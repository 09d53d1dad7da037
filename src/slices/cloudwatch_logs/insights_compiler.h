#pragma once
// From the tree of a query to the stages of its plan, command by command.
//
// insights_plan.cc    the classic commands, and the plan as a whole
// insights_sorting.cc the order of rows, and what is cut by it
// insights_rows.cc    commands that look at other rows; insights_bins.cc fillmissing
// insights_joins.cc   other queries inside of one
// insights_compare.cc patterns of one time beside those of another

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "slices/cloudwatch_logs/insights_fields.h"
#include "slices/cloudwatch_logs/insights_order.h"
#include "slices/cloudwatch_logs/insights_plan.h"
#include "slices/cloudwatch_logs/insights_stats.h"

namespace tetrascope::cloudwatch_logs {

class InsightsCompiler {
 public:
  explicit InsightsCompiler(const InsightsScope& scope)
      : scope_(scope), events_(*scope.fields, scope.account, scope.region), range_(scope.range) {}

  Parsed<InsightsPlan> compile(const InsightsQuery& query);

 private:
  struct Column {
    std::string name;
    TypedQueryExpr value;
    bool structured = false;  ///< holds JSON, whose members are asked for by `name.member`
    bool logfmt = false;      ///< holds `key=value …`, asked for in the same way
  };
  /// The other side of `join`: which of its columns are wanted is known at the end alone.
  struct Joined {
    std::string left;
    std::string right;
    std::unique_ptr<InsightsCompiler> other;
    std::size_t stage = 0;
    std::vector<plan::Named> columns;                           ///< of the other side, under their names on this one
    std::vector<std::pair<std::string, TypedQueryExpr>> names;  ///< what was asked for, as columns of this side
  };
  /// The groups of the last stats, for the times that have none.
  struct Bins {
    std::size_t column = 0;  ///< among shown_
    std::size_t keys = 0;    ///< how many of shown_ are keys, from the first on
    std::string period;      ///< `5m`
    std::int64_t width = 0;  ///< in nanoseconds
  };
  struct Clustered {
    plan::ExprPtr text;
    std::size_t stage = 0;  ///< the first that belongs to `pattern`
    std::size_t end = 0;
  };

  Parsed<void> apply(const QueryCommand& command);
  Parsed<void> apply_all(const InsightsQuery& query);

  Parsed<TypedQueryExpr> name(const QueryNode& node);
  std::optional<TypedQueryExpr> made(std::string_view name) const;
  QueryNames names() {
    return [this](const QueryNode& node) { return name(node); };
  }
  Parsed<TypedQueryExpr> expression(const QueryNode& node);
  std::string next_name(std::string_view kind);
  QueryTimes times() const { return {scope_.now, scope_.range}; }
  /// A column shown twice is shown once, with its last meaning.
  void show(Column column);
  /// Adds a column of this expression, and shows it.
  void show_computed(const std::string& name, TypedQueryExpr value);

  // insights_plan.cc
  Parsed<void> fields(const QueryCommand& command);
  Parsed<void> filter(const QueryCommand& command);
  Parsed<void> parse(const QueryCommand& command);
  Parsed<void> logfmt(const QueryCommand& command);
  Parsed<void> json(const QueryCommand& command);
  Parsed<void> unnest(const QueryCommand& command);
  Parsed<void> count_aggregation(const QueryCommand& command);
  Parsed<void> pattern(const QueryCommand& command);
  Parsed<void> stats(const QueryCommand& command);
  void note_bins(const QueryCommand& command);

  // insights_sorting.cc
  Parsed<void> sort(const QueryCommand& command);
  Parsed<void> limit(const QueryCommand& command);
  Parsed<void> dedup(const QueryCommand& command);
  bool is_event_time(const QueryNode& node);
  void note_time_order(bool descending);
  void add_sort(plan::Sort sort);
  void sort_by_default();

  plan::ExprPtr order_column();
  plan::TableRead read(std::vector<plan::Named> columns) const;
  std::vector<plan::Named> event_columns() const;
  std::vector<plan::TableRead> reads() const;
  /// The stages so far, with the other side of a join as far as it was asked for.
  std::vector<plan::Stage> stages() const;
  plan::Plan so_far() const { return {range_, reads(), stages()}; }
  InsightsPlan finish();

  // insights_rows.cc
  /// Rows of one place in the order that holds have an order too.
  void order_rows();
  const Column* shown(std::string_view name) const;
  Parsed<TypedQueryExpr> value_of(const QueryItem& item);
  Parsed<void> accumulate(const QueryCommand& command);
  Parsed<void> autoregress(const QueryCommand& command);
  Parsed<void> fill_down(const QueryCommand& command);
  Parsed<void> sessionize(const QueryCommand& command);
  Parsed<void> outlier(const QueryCommand& command);
  Parsed<void> add_totals(const QueryCommand& command);
  Parsed<void> count_frequent(const QueryCommand& command);
  Parsed<void> fill_missing(const QueryCommand& command);

  // insights_joins.cc
  InsightsScope inner_scope(const InsightsQuery& query) const;
  Parsed<void> join(const QueryCommand& command);
  Parsed<TypedQueryExpr> joined_column(const QueryNode& node, std::string_view path);
  plan::Plan joined_plan() const;
  Parsed<std::optional<TypedQueryExpr>> membership(const QueryNode& call);
  Parsed<void> append_columns(const QueryCommand& command);

  // insights_compare.cc
  Parsed<void> diff(const QueryCommand& command);

  const InsightsScope scope_;
  EventFields events_;
  plan::TimeRange range_;  ///< of the events that are read
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
  std::int64_t offset_ = 0;  ///< how much earlier the events are than the times that are shown
  plan::Sort last_sort_;
  std::size_t sort_stage_ = 0;  ///< where it stands
  std::optional<Bins> bins_;
  std::optional<Clustered> clustered_;
  std::optional<plan::TimeRange> earlier_;  ///< the time that diff compares with
  std::unique_ptr<Joined> joined_;
  std::vector<std::string> totals_;
  bool ended_ = false;                   ///< by what adds a row at the end
  std::optional<plan::Plan> counted_;    ///< set where a later stage would be counted that no query has
  std::optional<TimeOrder> by_time_;     ///< of a dedup of events after which nothing but limits came
  std::optional<TimeOrder> time_order_;  ///< of the events, while nothing else orders or cuts them
};

/// The column of the event's time among those of `events`.
std::string time_column_of(EventFields& events);

}  // namespace tetrascope::cloudwatch_logs
