// Writer: the stages but Aggregate.

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>

#include "query/types.h"
#include "query/writer.h"

namespace tetrascope::plan {
namespace {

/// Numbers, then text, then booleans, then the rest; each kind by its own order.
std::vector<std::string> any_order(const std::string& x) {
  return {fmt::format("multiIf(match({0}, '^(-?[0-9]|\\\\{{\"\\\\$double\":)'), 0, startsWith({0}, '\"'), 1, {0} IN "
                      "('true', 'false'), 2, 3)",
                      x),
          cast_sql(Function::kToDouble, {fmt::format("if(startsWith({0}, '\"'), NULL, {0})", x), Type::kAny}),
          cast_sql(Function::kToString, {x, Type::kAny})};
}

std::vector<std::string> order_terms(const TypedSql& key, const SortKey& sort) {
  const std::string_view direction = sort.descending ? "DESC" : "ASC";
  const std::string_view missing = sort.missing == MissingOrder::kFirst ? "NULLS FIRST" : "NULLS LAST";
  if (key.type != Type::kAny) return {fmt::format("{} {} {}", key.text, direction, missing)};
  std::vector<std::string> terms = {
      fmt::format("isNull({}) {}", key.text, sort.missing == MissingOrder::kFirst ? "DESC" : "ASC")};
  for (const std::string& term : any_order(key.text))
    terms.push_back(fmt::format("{} {} {}", term, direction, missing));
  return terms;
}

std::string window_sql(const WindowCall& call, const std::string& x, const std::string& over) {
  const std::string so_far = over + " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";
  switch (call.op) {
    case WindowOp::kRowNumber:
      return fmt::format("toInt64(row_number() OVER ({}))", over);
    case WindowOp::kRunningSum:
      return fmt::format("sum({}) OVER ({})", x, so_far);
    case WindowOp::kLag:
      return fmt::format(
          "lagInFrame(toNullable({}), {}) OVER ({} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)", x,
          call.distance, over);
    case WindowOp::kLastKnown:
      return fmt::format("anyLast(toNullable({})) OVER ({})", x, so_far);
  }
  return "NULL";
}

}  // namespace

void Writer::stage(const Filter& filter, Relation& relation) {
  const TypedSql condition = expr(filter.condition, {nullptr, &relation});
  const std::size_t size = expanded(condition.text);
  if (relation.pushed + size > kMaxPushedBytes) barrier(relation);
  relation.pushed += expanded(condition.text);
  relation.step = step(fmt::format("SELECT * FROM {} WHERE {}", source(relation), condition.text));
}

void Writer::put(Relation& relation, Column column) {
  const auto found = std::ranges::find(relation.columns, column.name, &Column::name);
  if (found == relation.columns.end()) {
    relation.columns.push_back(std::move(column));
  } else {
    *found = std::move(column);
  }
}

void Writer::stage(const Compute& compute, Relation& relation) {
  std::vector<std::string> expressions;
  std::vector<Column> added;
  for (const Named& named : compute.columns) {
    TypedSql sql = expr(named.expr, {nullptr, &relation});
    added.push_back({named.name, sql.type, new_id(sql.text)});
    expressions.push_back(fmt::format("{} AS {}", sql.text, added.back().id));
  }
  if (added.empty()) return;
  extend(relation, expressions);
  for (Column& column : added) put(relation, std::move(column));
}

void Writer::stage(const Parse& parse, Relation& relation) {
  const TypedSql input = expr(parse.input, {nullptr, &relation});
  const std::string found =
      fmt::format("extractGroups(ifNull({}, ''), {})", input.text, out_.reference("String", "(?-s)" + parse.pattern));
  const std::string groups = new_id(found);
  extend(relation, {fmt::format("{} AS {}", found, groups)});
  // The engine finds a pattern in a missing text as it does in an empty one.
  std::vector<std::string> expressions;
  std::vector<Column> added;
  for (std::size_t i = 0; i < parse.names.size(); ++i) {
    const std::string group = fmt::format("if(empty({0}) OR isNull({1}), NULL, {0}[{2}])", groups, input.text, i + 1);
    added.push_back({parse.names[i], Type::kString, new_id(group)});
    expressions.push_back(fmt::format("{} AS {}", group, added.back().id));
  }
  extend(relation, expressions);
  for (Column& column : added) put(relation, std::move(column));
}

void Writer::stage(const Sort& sort, Relation& relation) {
  if (relation.open && relation.open->limited) source(relation);
  relation.order.clear();
  for (const SortKey& key : sort.keys) {
    TypedSql sql = expr(key.expr, {nullptr, &relation});
    for (std::string& term : order_terms(sql, key)) relation.order.push_back(std::move(term));
  }
}

void Writer::stage(const Limit& limit, Relation& relation) {
  std::string by;
  for (const std::string& name : limit.by) by += (by.empty() ? " BY " : ", ") + used(relation, name).id;
  if (relation.open && relation.open->limited) source(relation);
  const std::string rows = fmt::format("{} LIMIT {} OFFSET {}{}", order_by(relation), limit.count, limit.offset, by);
  if (relation.open) {
    relation.open->sql += rows;
    relation.open->limited = true;
  } else {
    relation.step = step(fmt::format("SELECT * FROM {}{}", relation.step, rows));
  }
}

void Writer::stage(const Dedup& dedup, Relation& relation) { stage(Limit{1, 0, dedup.columns}, relation); }

void Writer::stage(const Project& project, Relation& relation) {
  std::vector<Column> kept;
  for (const std::string& name : project.columns) kept.push_back(relation.at(name));
  relation.columns = std::move(kept);
}

void Writer::stage(const Unnest& unnest, Relation& relation) {
  const Column& array = used(relation, unnest.column);
  Column element = {unnest.column, element_type(array.type), new_id(array.id)};
  const std::string sql = fmt::format("arrayJoin({})", array.id);
  extend(relation,
         {fmt::format("{} AS {}", element.type == Type::kInt ? fmt::format("toInt64({})", sql) : sql, element.id)});
  put(relation, std::move(element));
}

void Writer::stage(const Join& join, Relation& relation) {
  const std::string from = source(relation);
  Relation right = inner_plan(*join.right);
  const std::string with = source(right);
  std::vector<std::string> pairs;
  for (const auto& [left_name, right_name] : join.keys) {
    pairs.push_back(fmt::format("{}.{} = {}.{}", from, used(relation, left_name).id, with, right.at(right_name).id));
  }
  const bool left = join.kind == JoinKind::kLeft;
  const std::string_view kind = join.all ? (left ? "LEFT ALL" : "INNER ALL") : (left ? "LEFT ANY" : "LEFT SEMI");
  relation.step = step(fmt::format("SELECT * FROM {} {} JOIN {} ON {}", from, kind, with, fmt::join(pairs, " AND ")));
  for (const Column& column : right.columns) {
    if (std::ranges::find(join.keys, column.name, &std::pair<std::string, std::string>::second) == join.keys.end()) {
      relation.columns.push_back(column);
    }
  }
}

void Writer::stage(const Window& window, Relation& relation) {
  std::string over;
  for (const std::string& name : window.by) over += (over.empty() ? "PARTITION BY " : ", ") + used(relation, name).id;
  over += order_by(relation);
  std::vector<std::string> expressions;
  std::vector<Column> added;
  for (const WindowCall& call : window.calls) {
    const TypedSql x = call.argument ? expr(call.argument, {nullptr, &relation}) : TypedSql{"", Type::kInt};
    added.push_back({call.name, x.type, new_id("")});  // conditions on these stay above the window
    expressions.push_back(fmt::format("{} AS {}", window_sql(call, x.text, over), added.back().id));
  }
  extend(relation, expressions);
  for (Column& column : added) put(relation, std::move(column));
}

}  // namespace tetrascope::plan
