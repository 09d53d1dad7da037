// Writer: Aggregate.

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/engine_calls.h"
#include "query/rollup_sql.h"
#include "query/types.h"
#include "query/writer.h"

namespace tetrascope::plan {

/// What all calls of one Aggregate share.
struct Writer::Grouping {
  EngineCalls& engine;
  const Relation* relation = nullptr;
  std::string weight = {};  ///< SQL of how many rows a row stands for; "" for one
  std::string time = {};    ///< SQL of Aggregate::time
  bool keyed = false;       ///< a group has a row at least
  std::size_t levels = 1;
  // With kConcurrency, rows are repeated for every bucket that they cover:
  std::string repeat = {};        ///< SQL of which repetition this is, from 0; "" when rows are not repeated
  std::string bucket = {};        ///< SQL of the start of the repetition's bucket
  std::string bucket_width = {};  ///< in nanoseconds
  std::string until = {};         ///< SQL of the row's end
};

namespace {

/// A row that covers more buckets than a chart has is cut off.
constexpr int kMaxCoveredBuckets = 10'000;

/// The bucket key of `aggregate` as kTimeBucket's call. Null when no call is kConcurrency.
const Named* covered_bucket(const Aggregate& aggregate) {
  if (std::ranges::find(aggregate.calls, AggregateOp::kConcurrency, &AggregateCall::op) == aggregate.calls.end())
    return nullptr;
  const auto is_bucket = [&](const Named& key) {
    const auto* call = std::get_if<Call>(&key.expr->node);
    if (call == nullptr || call->function != Function::kTimeBucket) return false;
    const auto* field = std::get_if<Field>(&call->arguments[0]->node);
    return field != nullptr && field->name == aggregate.time;
  };
  return &*std::ranges::find_if(aggregate.keys, is_bucket);
}

/// Text of one row's value where the row counts for the call, else NULL, which all aggregates pass over.
std::string masked(const std::string& value, const std::string& condition) {
  return condition.empty() ? value : fmt::format("if({}, {}, NULL)", condition, value);
}

std::string count_sql(EngineCalls& engine, const std::string& present, const std::string& weight) {
  if (!weight.empty())
    return present.empty() ? engine("sum", weight) : engine("sumIf", fmt::format("{}, {}", weight, present));
  return fmt::format("toInt64({})", present.empty() ? engine("count", "") : engine("countIf", present));
}

std::string sum_sql(EngineCalls& engine, const TypedSql& x, const std::string& weight) {
  const std::string times = weight.empty() ? "" : weight + " * ";
  if (x.type == Type::kDouble) return engine("sum", times + x.text);
  return fmt::format("accurateCastOrNull({}, 'Int64')",
                     engine("sum", fmt::format("{}toInt128({})", times, x.text)));  // 64 bits could overflow on the way
}

std::string average_sql(EngineCalls& engine, const TypedSql& x, const std::string& weight) {
  const std::string value = convert_sql(x, Type::kDouble);
  if (weight.empty()) return engine("avg", value);
  const std::string sum = engine("sum", fmt::format("{} * {}", weight, value));
  return fmt::format("divideOrNull({}, {})", sum, engine("sumIf", fmt::format("{}, isNotNull({})", weight, value)));
}

/// Exact: the least value that at least so much of the weight does not exceed. A digest takes a fixed memory instead of
/// one that grows with the distinct values, but interpolates between values that weigh much, and holds 24 bits of each.
std::string quantile_sql(EngineCalls& engine, double level, const TypedSql& x, const std::string& weight,
                         Quantiles quantiles) {
  const std::string value = convert_sql(x, Type::kDouble);
  std::string quantile;
  std::string refused;
  if (quantiles == Quantiles::kEqual) {
    // Of n values the engine takes that of place level * n, rounded down, where the weighted function takes the one
    // before when this is a whole number: so a little less is asked for.
    quantile = engine("quantileExact", fmt::format("({})", std::max(0.0, level - 1e-12)), value);
    // Beside it, since a condition on each of its rows would cost as much as the function.
    if (!weight.empty()) refused = fmt::format("throwIf({}) OR ", engine("max", weight + " != 1"));
  } else {
    const std::string_view function =
        quantiles == Quantiles::kExact ? "quantileExactWeighted" : "quantileTDigestWeighted";
    const std::string parameters = fmt::format("({})", level);
    quantile = weight.empty() ? engine(function, parameters, value + ", 1")
                              : engine(fmt::format("{}If", function), parameters,
                                       fmt::format("{0}, toUInt64({1}), {1} > 0", value, weight));
  }
  return fmt::format("if({1}isNaN({0}), NULL, toFloat64({0}))", quantile, refused);  // of rows that stand for none
}

/// One pass, whatever the number of bins: each bin has its own sum.
std::string histogram_sql(EngineCalls& engine, const AggregateCall& call, const TypedSql& x, const std::string& weight,
                          StatementBuilder& out) {
  const std::string low = out.reference("Float64", fmt::format("{}", call.low));
  const std::string step = out.reference("Float64", fmt::format("{}", call.step));
  const std::string bin = fmt::format("floor(({} - {}) / {})", convert_sql(x, Type::kDouble), low, step);
  // if() and not least(), which would take NaN for a number.
  const std::string clamped = fmt::format("multiIf({0} < 0, 0, {0} > {1}, {1}, {0})", bin, call.bins - 1);
  return engine("sumResample", fmt::format("(0, {}, 1)", call.bins),
                fmt::format("{}, accurateCastOrNull({}, 'Int64')", weight.empty() ? "toInt64(1)" : weight, clamped));
}

/// Holds the group's numbers: they say what the ranges are, and are counted then. Missing where there are none.
std::string ranges_sql(EngineCalls& engine, int bins, const std::string& number) {
  const std::string present = fmt::format("isNotNull({0}) AND isFinite({0})", number);
  const auto of_all = [&](std::string_view function) {
    return fmt::format("assumeNotNull({})",
                       engine(fmt::format("{}If", function), fmt::format("{}, {}", number, present)));
  };
  const std::string least = of_all("min");
  const std::string width = fmt::format("(({} - {}) / {})", of_all("max"), least, bins);
  const std::string numbers = engine("groupArrayIf", fmt::format("assumeNotNull({}), {}", number, present));
  const std::string places =
      fmt::format("arrayMap(v -> toInt64(if({0} > 0, least(floor((v - {1}) / {0}), {2}), 0)), {3})", width, least,
                  bins - 1, numbers);
  const std::string counts =
      fmt::format("arrayReduce('sumResample(0, {}, 1)', arrayMap(v -> toInt64(1), {}), {})", bins, numbers, places);
  const std::string members = fmt::format(
      "arrayMap((rows, i) -> concat('\"', toString({0} + i * {1}), '-', toString({0} + (i + 1) * {1}), '\":', "
      "toString(rows)), {2}, range({3}))",
      least, width, counts, bins);
  return fmt::format("if({} = 0, NULL, concat('{{', arrayStringConcat({}, ','), '}}'))", engine("countIf", present),
                     members);
}

}  // namespace

/// Repeats each row for every bucket from that of its time to that of its end, but no further than the plan's range.
void Writer::cover_buckets(const Aggregate& aggregate, Relation& relation, Grouping& grouping) {
  const Named* key = covered_bucket(aggregate);
  if (key == nullptr) return;
  const auto call = std::ranges::find(aggregate.calls, AggregateOp::kConcurrency, &AggregateCall::op);
  const TypedSql duration = expr(call->argument, {nullptr, &relation});
  const Call& bucket = std::get<Call>(key->expr->node);
  grouping.bucket_width = expr(bucket.arguments[1], {nullptr, &relation}).text;
  const std::string start = expr(key->expr, {nullptr, &relation}).text;
  const std::string end = out_.reference("Int64", std::to_string(relation.range.to.value));
  const std::string first = new_id("");
  const std::string until = new_id("");
  const std::string repeat = new_id("");
  const std::string time = used(relation, aggregate.time).id;
  extend(relation,
         {fmt::format("{} AS {}", start, first),
          fmt::format("{0} + greatest(least(ifNull({1}, 0), {2} - {0}), 0) AS {3}", time, duration.text, end, until)});
  extend(relation,
         {fmt::format(
             "arrayJoin(range(toUInt32(least(ifNull(greatest(intDiv({0} - {1} - 1, {2}), 0), 0), {3}) + 1))) AS {4}",
             until, first, grouping.bucket_width, kMaxCoveredBuckets - 1, repeat)});
  grouping.repeat = repeat;
  grouping.bucket = fmt::format("({} + {} * {})", first, repeat, grouping.bucket_width);
  grouping.until = until;
}

std::string Writer::concurrency(const AggregateCall& call, const Grouping& grouping, const std::string& where) {
  const std::string overlap = fmt::format("greatest(least({0}, {1} + {2}) - greatest({3}, {1}), 0)", grouping.until,
                                          grouping.bucket, grouping.bucket_width, grouping.time);
  const TypedSql duration = expr(call.argument, {nullptr, grouping.relation});
  const std::string covered = masked(fmt::format("if(isNull({}), NULL, {})", duration.text, overlap), where);
  const std::string times = grouping.weight.empty() ? "" : grouping.weight + " * ";
  return fmt::format("({} / {})", grouping.engine("sum", fmt::format("{}toFloat64({})", times, covered)),
                     grouping.bucket_width);
}

std::string Writer::aggregate_call(const AggregateCall& call, const Grouping& grouping, Type& type) {
  using Op = AggregateOp;
  EngineCalls& engine = grouping.engine;
  const Scope scope{nullptr, grouping.relation};
  std::string where = call.where ? expr(call.where, scope).text : "";
  if (call.op == Op::kConcurrency) {
    type = Type::kDouble;
    return concurrency(call, grouping, where);
  }
  if (!grouping.repeat.empty())
    where = where.empty() ? fmt::format("({} = 0)", grouping.repeat)
                          : fmt::format("({} AND {} = 0)", where, grouping.repeat);
  if (!call.argument) {
    type = Type::kInt;
    return count_sql(engine, where, grouping.weight);
  }
  TypedSql x = expr(call.argument, scope);
  if (!where.empty()) {
    x.text = masked(x.text, where);
  } else if (!grouping.keyed) {
    x.text = fmt::format("toNullable({})", x.text);  // the engine's aggregates of nothing are missing for these alone
  }
  type = x.type;
  switch (call.op) {
    case Op::kCount:
      type = Type::kInt;
      return count_sql(engine, fmt::format("isNotNull({})", x.text), grouping.weight);
    case Op::kCountDistinct:
      type = Type::kInt;
      return fmt::format("toInt64(ifNull({}, 0))", engine("uniqCombined64", x.text));
    case Op::kSum:
      return sum_sql(engine, x, grouping.weight);
    case Op::kAverage:
      type = Type::kDouble;
      return average_sql(engine, x, grouping.weight);
    case Op::kMin:
      return engine("min", x.text);
    case Op::kMax:
      return engine("max", x.text);
    case Op::kQuantile:
      type = Type::kDouble;
      if (quantiles_ != Quantiles::kApproximate) exact_levels_ = std::max(exact_levels_, grouping.levels);
      return quantile_sql(engine, call.level, x, grouping.weight, quantiles_);
    case Op::kHistogram:
      type = Type::kIntArray;
      return histogram_sql(engine, call, x, grouping.weight, out_);
    case Op::kFirst:
      return engine("argMin", fmt::format("{}, {}", x.text, grouping.time));
    case Op::kLast:
      return engine("argMax", fmt::format("{}, {}", x.text, grouping.time));
    case Op::kAnyValue:
      return engine("any", x.text);
    case Op::kStandardDeviation:
      type = Type::kDouble;
      return engine("stddevPopStable", convert_sql(x, Type::kDouble));
    case Op::kVariance:
      type = Type::kDouble;
      return engine("varPopStable", convert_sql(x, Type::kDouble));
    case Op::kValues:
      type = Type::kAny;
      return fmt::format("toJSONString(arraySort({}))",
                         engine("groupUniqArray", fmt::format("({})", call.bins), cast_sql(Function::kToString, x)));
    case Op::kTopValues:
      type = Type::kAny;
      return fmt::format("toJSONString({})",
                         engine("topK", fmt::format("({})", call.bins), cast_sql(Function::kToString, x)));
    case Op::kRanges:
      type = Type::kAny;
      return ranges_sql(engine, call.bins, convert_sql(x, Type::kDouble));
    case Op::kConcurrency:
      break;
  }
  return "NULL";
}

/// `group`: what rows are grouped by where that is not the key itself.
TypedSql Writer::key(const Named& key, const Relation& relation, std::string& group) {
  TypedSql sql = expr(key.expr, {nullptr, &relation});
  const auto* field = std::get_if<Field>(&key.expr->node);
  if (field == nullptr) return sql;
  std::vector<std::string> texts;
  for (const auto& text : relation.at(field->name).choices)
    texts.push_back(text ? out_.reference("String", *text) : "NULL");
  if (texts.empty()) return sql;
  group = std::exchange(sql.text, fmt::format("[{}][{}]", fmt::join(texts, ", "), sql.text));
  return sql;
}

void Writer::stage(const Aggregate& aggregate, Relation& relation) {
  const bool rolls_up = !aggregate.rollups.empty();
  EngineCalls engine(rolls_up, rolls_up ? bucket_places(aggregate, relation) : std::nullopt,
                     [this] { return new_id(""); });
  Grouping grouping{.engine = engine};
  if (!aggregate.weight.empty()) grouping.weight = fmt::format("ifNull({}, 1)", used(relation, aggregate.weight).id);
  const auto time = std::ranges::find(relation.columns, aggregate.time, &Column::name);
  if (time != relation.columns.end()) grouping.time = time->id;
  cover_buckets(aggregate, relation, grouping);
  grouping.relation = &relation;
  grouping.keyed = !aggregate.keys.empty();
  grouping.levels = aggregate.rollups.size() + 1;

  std::vector<Key> keys;
  std::vector<std::string> ids;
  std::vector<std::string> groups;
  std::vector<std::string> selected;
  std::vector<Column> columns;
  for (const Named& key : aggregate.keys) {
    std::string group;
    TypedSql sql = this->key(key, relation, group);
    if (&key == covered_bucket(aggregate)) sql.text = grouping.bucket;
    columns.push_back({key.name, sql.type, new_id(sql.text)});
    ids.push_back(columns.back().id);
    groups.push_back(group.empty() ? columns.back().id : std::move(group));
    keys.push_back({std::move(sql.text), columns.back().id, groups.back()});
    selected.push_back(rolls_up ? ids.back() : fmt::format("{} AS {}", keys.back().sql, ids.back()));
  }
  if (!aggregate.level.empty()) {
    columns.push_back({aggregate.level, Type::kInt, new_id("")});
    selected.push_back(fmt::format("{} AS {}", level_sql(aggregate, ids), columns.back().id));
  }
  for (const AggregateCall& call : aggregate.calls) {
    Type type = Type::kInt;
    const std::string sql = aggregate_call(call, grouping, type);
    columns.push_back({call.name, type, new_id("")});  // conditions on these stay above the aggregate
    selected.push_back(fmt::format("{} AS {}", sql, columns.back().id));
  }
  std::string group_by = ids.empty() ? "" : fmt::format(" GROUP BY {}", fmt::join(groups, ", "));
  if (rolls_up) {
    rolls_up_ = true;
    gather(keys, engine, relation);
    group_by = fmt::format(" GROUP BY GROUPING SETS ({})", sets_sql(aggregate, ids));
  }
  relation.step = step(fmt::format("SELECT {} FROM {}{}", fmt::join(selected, ", "), source(relation), group_by));
  relation.columns = std::move(columns);
  relation.order.clear();
}

}  // namespace tetrascope::plan
