#pragma once
// The walk behind write_sql(): inside query/ only.
//
// Each stage is one SELECT over the one before it, as a common table expression: s0 reads, s1 … are the stages, the
// last SELECT picks the output. One read that is at most ordered and cut off is one SELECT: with the columns of a span,
// the engine takes 10 ms to plan it and 15 to plan three. A column gets an identifier c0, c1, … when it is made and
// keeps it: no later one reuses it, so stages that add columns are `SELECT *, … AS c7`, and stages that drop or rename
// columns write nothing. The names that a plan gives to columns are only ever in here.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "query/choices.h"
#include "query/engine_calls.h"
#include "query/plan.h"
#include "query/removal.h"
#include "query/sql_writer.h"
#include "query/value_sql.h"
#include "storage/statement.h"

namespace tetrascope::plan {

/// Writes one plan that Checker has accepted.
class Writer {
 public:
  /// Errors: kInvalid: the SQL is longer than kMaxSqlBytes.
  static Result<WrittenPlan> write(const Plan& plan, Quantiles quantiles, const AttributeLayouts& layouts);
  /// The same for what is to be removed (removal.cc).
  static Result<RemovalSql> write(std::span<const Removal> removals, const AttributeLayouts& layouts);

 private:
  Writer(Quantiles quantiles, const AttributeLayouts& layouts, bool packs)
      : quantiles_(quantiles), layouts_(layouts), packs_(packs) {}

  struct Column {
    std::string name;
    Type type;
    std::string id;
    AttributeLayoutPtr packed = nullptr;  ///< all attributes, as packed_attributes_sql() says
    std::int64_t bucket_width = 0;  ///< of the buckets of time, within the plan's range, whose starts it holds; or 0
    Choices choices = {};           ///< of which it holds the numbers; empty: it holds values
  };
  /// A SELECT over a table that goes on: it can still be ordered and cut off, and be the whole statement.
  struct OpenSelect {
    std::string sql;
    std::vector<std::string> ids;  ///< of what it selects
    bool limited = false;
  };
  struct Relation {
    std::string step;  ///< for source() alone
    std::optional<OpenSelect> open = std::nullopt;
    std::vector<Column> columns;
    std::vector<std::string> order;  ///< terms of ORDER BY, of the last Sort
    TimeRange range;                 ///< of the plan
    std::size_t pushed = 0;          ///< expanded() of the conditions since the last barrier

    [[nodiscard]] const Column& at(std::string_view name) const;
  };
  /// A column of which SQL asks something; what is only shown is not used.
  const Column& used(const Relation& relation, std::string_view name);
  /// Where an expression stands: in a read, or behind columns. One of the two is null.
  struct Scope {
    const TableRead* read = nullptr;
    const Relation* relation = nullptr;
  };

  Relation plan(const Plan& plan);
  /// A plan in another one.
  Relation inner_plan(const Plan& plan);

  // read_sql.cc
  struct ReadParts {
    std::vector<TypedSql> columns;
    std::string from;  ///< FROM … WHERE …
  };
  Relation reads(const Plan& plan);
  static std::int64_t bucket_width(const std::vector<TableRead>& reads, std::size_t column);
  /// `wanted`: the columns, by their places.
  ReadParts read(const TableRead& read, const TimeRange& range, const std::vector<std::size_t>& wanted,
                 const std::vector<Choices>& choices);
  TypedSql choice(const ExprPtr& expr, const Choices& choices, const Scope& scope);
  std::string time_condition(const TableRead& read, const TimeRange& range);
  std::string row_condition(const TableRead& read, const TimeRange& range);
  void pack(const TableRead& read, const std::vector<std::size_t>& wanted, ReadParts& parts, Relation& relation);
  TypedSql node(const TableColumn& column, const Scope& scope);
  TypedSql node(const Attribute& attribute, const Scope& scope);
  TypedSql node(const AllAttributes& attributes, const Scope& scope);

  // expression_sql.cc
  TypedSql expr(const ExprPtr& expr, const Scope& scope);
  TypedSql node(const Literal& literal, const Scope& scope);
  TypedSql node(const Field& field, const Scope& scope);
  TypedSql node(const Call& call, const Scope& scope);
  TypedSql node(const InPlan& in, const Scope& scope);
  TypedSql operand(const ExprPtr& expr, const Scope& scope);
  std::string comparison(const Call& call, const Scope& scope);
  std::optional<TypedSql> text_unless(const Call& call, const Scope& scope);
  std::optional<TypedSql> bucket_of_seconds(const Call& call, const Scope& scope);
  std::string call_sql(const Call& call, std::vector<TypedSql>& arguments, Type type);

  // stage_sql.cc
  void stage(const Filter& filter, Relation& relation);
  void stage(const Compute& compute, Relation& relation);
  void stage(const Parse& parse, Relation& relation);
  void stage(const Sort& sort, Relation& relation);
  void stage(const Limit& limit, Relation& relation);
  void stage(const Dedup& dedup, Relation& relation);
  void stage(const Project& project, Relation& relation);
  void stage(const Unnest& unnest, Relation& relation);
  void stage(const Join& join, Relation& relation);
  void stage(const Window& window, Relation& relation);

  // aggregate_sql.cc
  struct Grouping;
  void stage(const Aggregate& aggregate, Relation& relation);
  TypedSql key(const Named& key, const Relation& relation, std::string& group);
  std::string aggregate_call(const AggregateCall& call, const Grouping& grouping, Type& type);
  std::string concurrency(const AggregateCall& call, const Grouping& grouping, const std::string& where);
  void cover_buckets(const Aggregate& aggregate, Relation& relation, Grouping& grouping);

  // rollup_sql.cc
  struct Key {
    std::string sql;
    std::string id;
    std::string group;  ///< what rows are grouped by
  };
  static std::optional<BucketPlaces> bucket_places(const Aggregate& aggregate, const Relation& relation);
  void gather(const std::vector<Key>& keys, const EngineCalls& engine, Relation& relation);
  void gather_in_places(const std::vector<Key>& keys, const EngineCalls& engine, Relation& relation);

  /// The name of the common table expression that has the relation's rows.
  const std::string& source(Relation& relation);
  /// Adds a common table expression and names it.
  std::string step(const std::string& select);
  /// Puts `column` in the place of the one of its name, or at the end.
  static void put(Relation& relation, Column column);
  /// An identifier for a column that is `sql`.
  std::string new_id(std::string_view sql);
  /// Length of `sql` with every identifier replaced by the SQL that made its column, and so on: what the engine takes a
  /// condition for while it pushes it towards the table. Stages that use a column twice double it each.
  [[nodiscard]] std::size_t expanded(std::string_view sql) const;
  /// Keeps the engine from pushing conditions further down: it would take minutes and gigabytes over deep ones.
  void barrier(Relation& relation);
  static constexpr std::size_t kMaxPushedBytes = 50'000;  // 0.1 s of planning
  /// The engine's plain `SELECT *, <what> FROM step`.
  void extend(Relation& relation, const std::vector<std::string>& expressions);
  static std::string order_by(const Relation& relation);
  /// Notes text of expressions; past the bound, writing goes on with a stand-in and ends in an error.
  void measure(TypedSql& sql);

  const Quantiles quantiles_;
  const AttributeLayouts& layouts_;
  bool packs_;                ///< attributes that are only shown come packed
  bool packed_used_ = false;  ///< they are not only shown: the plan is to be written without
  StatementBuilder out_;
  std::string steps_;
  int step_count_ = 0;
  std::vector<std::size_t> expanded_;  ///< of each identifier, by its number
  std::size_t exact_levels_ = 0;       ///< of an aggregate that has exact quantiles; 0: there is none
  bool rolls_up_ = false;              ///< keys of rollups are to be missing, not zero
  bool pads_days_ = false;             ///< a format has %e
  bool too_large_ = false;
};

}  // namespace tetrascope::plan
