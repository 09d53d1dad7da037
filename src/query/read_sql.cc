// Writer: reads of tables.

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "model/origin_columns.h"
#include "query/attribute_sql.h"
#include "query/body_grams.h"
#include "query/idle_reads.h"
#include "query/packed_attributes.h"
#include "query/types.h"
#include "query/used_columns.h"
#include "query/writer.h"

namespace tetrascope::plan {
namespace {

/// Span events are found by the place of their span: it began at most this much earlier,
constexpr std::int64_t kLongestSpan = 3600 * kNanosPerSecond;
/// or, where clocks differ, later.
constexpr std::int64_t kLateSpan = 300 * kNanosPerSecond;

bool opens(const TableRead& read, std::string_view name) {
  return std::ranges::find(read.unnest, name) != read.unnest.end();
}
/// The element of an opened array.
std::string opened_name(std::string_view array) { return fmt::format("one_{}", array); }
/// Of the arrays of one length that the one named is among the smallest on disk: nearly all of its numbers are 0.
std::string_view smallest_beside(std::string_view array) {
  return array.starts_with("link_") ? "link_dropped_attributes" : "event_dropped_attributes";
}
/// SQL of the JSON object of the opened item's attributes; "" in a read that opens nothing.
std::string opened_attributes(const TableRead& read) {
  return read.unnest.empty() ? "" : opened_name(attributes_beside(read.unnest.front()));
}

AttributeLayoutPtr layout_of(Table table, const AttributeLayouts& layouts) {
  switch (table) {
    case Table::kSpans:
      return layouts.of(Signal::kSpans);
    case Table::kLogs:
      return layouts.of(Signal::kLogs);
    case Table::kOccurrences:
      return layouts.of(Signal::kOccurrences);
    case Table::kMetrics:
      return layouts.of(Signal::kMetrics);
    case Table::kDocuments:
      break;
  }
  return std::make_shared<const AttributeLayout>();  // documents have no attributes
}

std::int64_t earlier(std::int64_t time, std::int64_t by) {
  return time < std::numeric_limits<std::int64_t>::min() + by ? std::numeric_limits<std::int64_t>::min() : time - by;
}
std::int64_t later(std::int64_t time, std::int64_t by) {
  return time > std::numeric_limits<std::int64_t>::max() - by ? std::numeric_limits<std::int64_t>::max() : time + by;
}

}  // namespace

TypedSql Writer::node(const TableColumn& column, const Scope& scope) {
  const ColumnLayout layout = *find_column(scope.read->table, column.name);
  const bool opened = opens(*scope.read, column.name);
  const std::string name = opened ? opened_name(column.name) : column.name;
  Type type = layout.type;
  if (opened) type = column.name == "event_time" ? Type::kTime : element_type(type);
  if (layout.narrow && !is_array(type)) return {fmt::format("toInt64({})", name), type};
  return {name, type};
}

TypedSql Writer::node(const Attribute& attribute, const Scope& scope) {
  const AttributeLayoutPtr layout = layout_of(scope.read->table, layouts_);
  return {attribute_sql(attribute, opened_attributes(*scope.read), *layout, out_), attribute.type};
}

TypedSql Writer::node(const AllAttributes& attributes, const Scope& scope) {
  const AttributeLayoutPtr layout = layout_of(scope.read->table, layouts_);
  return {all_attributes_sql(attributes.level, opened_attributes(*scope.read), *layout), Type::kAny};
}

/// Conditions on plain columns, so that the index on `second` leaves out what lies elsewhere. Nanoseconds are asked for
/// only where the range does not begin or end with a second: to read them costs ten times as much.
std::string Writer::time_condition(const TableRead& read, const TimeRange& range) {
  const bool events = opens(read, "event_time");
  const std::string time = events ? opened_name("event_time") : std::string(time_column(read.table));
  const std::int64_t from = range.from.value;
  const std::int64_t to = range.to.value;
  const auto bound = [&](std::string_view column, std::string_view comparison, std::int64_t at) {
    return fmt::format("{} {} {}", column, comparison, out_.reference("Int64", std::to_string(at)));
  };
  const auto second = [&](std::string_view comparison, std::int64_t at) {
    return bound("second", comparison, whole_seconds(UnixNanos{at}));
  };
  // A side without a bound asks nothing: a question that finds its rows by id is planned in half the time.
  std::vector<std::string> conditions;
  const bool begins = from > kAllTime.from.value;
  const bool ends = to < kAllTime.to.value;
  if (begins) conditions.push_back(second(">=", events ? earlier(from, kLongestSpan) : from));
  if (ends) conditions.push_back(second("<=", events ? later(to, kLateSpan) : earlier(to, 1)));
  if (begins && (events || from % kNanosPerSecond != 0)) conditions.push_back(bound(time, ">=", from));
  if (ends && (events || to % kNanosPerSecond != 0)) conditions.push_back(bound(time, "<", to));
  // Of most spans there is nothing to open: their other columns need not be read.
  if (!read.unnest.empty()) {
    const bool reads_time = events && (begins || ends);
    conditions.push_back(fmt::format("notEmpty({})", reads_time ? "event_time" : smallest_beside(read.unnest.front())));
  }
  return conditions.empty() ? "true" : fmt::format("{}", fmt::join(conditions, " AND "));
}

std::string Writer::row_condition(const TableRead& read, const TimeRange& range) {
  std::string where = time_condition(read, range);
  if (read.where) where += " AND " + expr(read.where, {&read, nullptr}).text;
  return where;
}

/// The number of the text that `expr` chooses.
TypedSql Writer::choice(const ExprPtr& expr, const Choices& choices, const Scope& scope) {
  if (const auto* literal = std::get_if<Literal>(&expr->node))
    return {std::to_string(choice_number(choices, *literal)), Type::kString};
  std::vector<std::string> branches;
  const auto& arguments = std::get<Call>(expr->node).arguments;
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
    branches.push_back(this->expr(arguments[i], scope).text);
    branches.push_back(choice(arguments[i + 1], choices, scope).text);
  }
  branches.push_back(choice(arguments.back(), choices, scope).text);
  TypedSql sql{fmt::format("multiIf({})", fmt::join(branches, ", ")), Type::kString};
  measure(sql);
  return sql;
}

/// `choices`: of each column of `wanted`; empty where its values are read.
Writer::ReadParts Writer::read(const TableRead& read, const TimeRange& range, const std::vector<std::size_t>& wanted,
                               const std::vector<Choices>& choices) {
  const Scope scope{&read, nullptr};
  ReadParts parts;
  for (std::size_t c = 0; c < wanted.size(); ++c) {
    const ExprPtr& column = read.columns[wanted[c]].expr;
    parts.columns.push_back(choices[c].empty() ? expr(column, scope) : choice(column, choices[c], scope));
  }
  const std::string where = row_condition(read, range);

  const auto uses = [&](const std::string& name) {
    const auto in = [&](const TypedSql& sql) { return sql.text.find(name) != std::string::npos; };
    return std::ranges::any_of(parts.columns, in) || in({where});
  };
  // Each one that is opened is read whole; one has to be, since it says how many rows there are.
  std::vector<std::string> arrays;
  for (const std::string& array : read.unnest) {
    if (uses(opened_name(array))) arrays.push_back(array);
  }
  if (const std::string attributes = opened_attributes(read); !attributes.empty() && uses(attributes)) {
    const std::string_view array = attributes_beside(read.unnest.front());
    if (!opens(read, array)) arrays.emplace_back(array);
  }
  if (arrays.empty() && !read.unnest.empty()) arrays.emplace_back(smallest_beside(read.unnest.front()));
  for (std::string& array : arrays) array = fmt::format("{} AS {}", array, opened_name(array));
  parts.from = fmt::format("FROM {}{}{} WHERE {}", table_name(read.table), arrays.empty() ? "" : " ARRAY JOIN ",
                           fmt::join(arrays, ", "), where);
  return parts;
}

/// Of several reads the tables' layouts differ, and an opened item has its attributes as JSON.
void Writer::pack(const TableRead& read, const std::vector<std::size_t>& wanted, ReadParts& parts, Relation& relation) {
  for (std::size_t c = 0; c < wanted.size(); ++c) {
    const auto* all = std::get_if<AllAttributes>(&read.columns[wanted[c]].expr->node);
    if (all == nullptr || all->level != Level::kItem || !read.unnest.empty()) continue;
    relation.columns[c].packed = layout_of(read.table, layouts_);
    parts.columns[c].text = packed_attributes_sql(*relation.columns[c].packed);
  }
}

/// Width of the buckets of time that a column of all `reads` holds the starts of; 0 where it holds something else, or
/// where a read has a range of its own.
std::int64_t Writer::bucket_width(const std::vector<TableRead>& reads, std::size_t column) {
  std::int64_t common = 0;
  for (const TableRead& read : reads) {
    const auto* call = std::get_if<Call>(&read.columns[column].expr->node);
    if (read.range || call == nullptr || call->function != Function::kTimeBucket) return 0;
    const auto* time = std::get_if<TableColumn>(&call->arguments[0]->node);
    const auto* width = std::get<Literal>(call->arguments[1]->node).value.as<std::int64_t>();
    const std::string_view own = opens(read, "event_time") ? "event_time" : time_column(read.table);
    if (time == nullptr || time->name != own || width == nullptr || (common != 0 && *width != common)) return 0;
    common = *width;
  }
  return common;
}

Writer::Relation Writer::reads(const Plan& plan) {
  std::vector<ReadParts> reads;
  const std::vector<Named>& names = plan.reads.front().columns;
  const std::vector<std::size_t> wanted = used_columns(names, plan.stages);
  std::vector<Choices> choices;
  for (const std::size_t c : wanted) choices.push_back(key_choices(plan, c));
  for (const TableRead& one : plan.reads) {
    reads.push_back(read(one, one.range.value_or(plan.range), wanted, choices));
    if (const std::string grams = body_grams_sql(one, plan.stages, out_); !grams.empty())
      reads.back().from += " AND " + grams;
  }
  Relation relation;
  relation.range = plan.range;
  for (std::size_t c = 0; c < wanted.size(); ++c) {
    Type type = reads.front().columns[c].type;
    std::string longest;
    for (const ReadParts& one : reads) {
      type = *meet(type, one.columns[c].type);
      if (one.columns[c].text.size() > longest.size()) longest = one.columns[c].text;
    }
    relation.columns.push_back({.name = names[wanted[c]].name,
                                .type = type,
                                .id = new_id(longest),
                                .bucket_width = bucket_width(plan.reads, wanted[c]),
                                .choices = choices[c]});
  }
  if (packs_ && reads.size() == 1) pack(plan.reads.front(), wanted, reads.front(), relation);
  std::vector<std::string> selects;
  for (const std::size_t i : needed_reads(plan)) {  // the others, too, have a say in the types
    ReadParts& one = reads[i];
    std::vector<std::string> columns;
    for (std::size_t c = 0; c < wanted.size(); ++c) {
      const Column& column = relation.columns[c];
      columns.push_back(fmt::format("{} AS {}", convert_sql(std::move(one.columns[c]), column.type), column.id));
    }
    selects.push_back(fmt::format("SELECT {} {}", fmt::join(columns, ", "), one.from));
  }
  if (selects.size() > 1) {
    relation.step = step(fmt::format("{}", fmt::join(selects, "\n  UNION ALL ")));
  } else {
    relation.open = {.sql = std::move(selects.front()), .ids = {}};
    for (const Column& column : relation.columns) relation.open->ids.push_back(column.id);
  }
  return relation;
}

}  // namespace tetrascope::plan
