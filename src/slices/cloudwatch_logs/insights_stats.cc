#include "slices/cloudwatch_logs/insights_stats.h"

#include <fmt/core.h>

#include <algorithm>

#include "query/check.h"
#include "query/types.h"
#include "slices/cloudwatch_logs/insights_functions.h"
#include "slices/cloudwatch_logs/insights_patterns.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::AggregateOp;
using plan::ExprPtr;
using plan::field;
using plan::literal;
using plan::Type;
using F = plan::Function;
using Node = QueryNode::Kind;

Parsed<TypedQueryExpr> compile_list_membership(const QueryNode& node, const TypedQueryExpr& left) {
  const QueryNode& list = *node.arguments[1];
  if (list.kind == Node::kQuery) return wrong_query(list, "a subquery cannot stand here");
  std::vector<ExprPtr> any;
  for (const auto& element : list.arguments) {
    const TypedQueryExpr value = element->kind == Node::kText ? text_literal(element->text)
                                 : element->kind == Node::kInteger
                                     ? TypedQueryExpr{literal(Value(element->integer)), Type::kInt}
                                     : TypedQueryExpr{literal(Value(element->number)), Type::kDouble};
    // A number of the other side may be text that does not read as one: that is no match, and nothing missing.
    any.push_back(plan::call(F::kCoalesce, {compare("=", left, value), literal(Value(false))}));
  }
  if (any.empty()) return TypedQueryExpr{literal(Value(false)), Type::kBool};
  const ExprPtr found = any.size() == 1 ? any.front() : plan::call(F::kOr, std::move(any));
  const ExprPtr missing = plan::call(F::kIsMissing, {left.expr});
  return TypedQueryExpr{plan::call(F::kIf, {missing, literal(Value(), Type::kBool), found}), Type::kBool};
}

Parsed<TypedQueryExpr> compile_like(const QueryNode& node, const TypedQueryExpr& left) {
  const QueryNode& pattern = *node.arguments[1];
  if (pattern.kind == Node::kText)
    return TypedQueryExpr{plan::call(F::kContains, {as_text(left), literal(Value(pattern.text))}), Type::kBool};
  if (pattern.kind == Node::kRegex) {
    auto regex = search_pattern(pattern.text);
    if (!regex) return wrong_query(pattern, regex.error());
    return TypedQueryExpr{plan::call(F::kMatches, {as_text(left), literal(Value(*std::move(regex)))}), Type::kBool};
  }
  return wrong_query(pattern, "a text or a regular expression is expected");
}

bool is_comparison(std::string_view op) {
  return op == "=" || op == "!=" || op == "<" || op == "<=" || op == ">" || op == ">=";
}

class Expressions {
 public:
  Expressions(const QueryNames& names, const QueryCalls& calls, const QueryTimes& times)
      : names_(names), calls_(calls), times_(times) {}

  Parsed<TypedQueryExpr> compile(const QueryNode& node) const {
    switch (node.kind) {
      case Node::kInteger:
        return TypedQueryExpr{literal(Value(node.integer)), Type::kInt};
      case Node::kDouble:
        return TypedQueryExpr{literal(Value(node.number)), Type::kDouble};
      case Node::kText:
        return text_literal(node.text);
      case Node::kField:
        return names_(node);
      case Node::kCall:
        return call(node);
      case Node::kRegex:
      case Node::kPeriod:
      case Node::kStar:
      case Node::kList:
      case Node::kQuery:
        break;
    }
    return wrong_query(node, "this cannot stand here");
  }

 private:
  Parsed<TypedQueryExpr> call(const QueryNode& node) const {
    if (calls_) {
      auto special = calls_(node);
      if (!special) return std::unexpected(std::move(special).error());
      if (*special) return **std::move(special);
    }
    if (node.text == "bin") return bin(node);
    std::vector<TypedQueryExpr> arguments;
    const bool first_only = node.text == "in" || node.text == "like";
    const bool takes_period = node.text == "datefloor" || node.text == "dateceil";
    for (const auto& argument : node.arguments) {
      if ((takes_period && argument->kind == Node::kPeriod) || (first_only && !arguments.empty())) {
        arguments.push_back(missing_value());
        continue;
      }
      auto compiled = compile(*argument);
      if (!compiled) return compiled;
      arguments.push_back(*std::move(compiled));
    }
    if (node.text == "in") return compile_list_membership(node, arguments[0]);
    if (node.text == "like") return compile_like(node, arguments[0]);
    if (is_comparison(node.text)) return TypedQueryExpr{compare(node.text, arguments[0], arguments[1]), Type::kBool};
    if (node.text == "and" || node.text == "or") {
      const F function = node.text == "and" ? F::kAnd : F::kOr;
      return TypedQueryExpr{plan::call(function, {as_condition(arguments[0]), as_condition(arguments[1])}),
                            Type::kBool};
    }
    if (node.text == "not") return TypedQueryExpr{plan::call(F::kNot, {as_condition(arguments[0])}), Type::kBool};
    return apply_function(node, arguments, times_);
  }

  /// `bin(5m)`: of the event's time.
  Parsed<TypedQueryExpr> bin(const QueryNode& node) const {
    if (node.arguments.size() != 1) return wrong_query(node, "bin takes a period such as 5m");
    QueryNode floor = node;
    floor.text = "datefloor";
    QueryNode time;
    time.kind = Node::kField;
    time.text = "@timestamp";
    time.begin = node.begin;
    time.end = node.end;
    auto timestamp = names_(time);
    if (!timestamp) return timestamp;
    floor.arguments.insert(floor.arguments.begin(), std::make_shared<const QueryNode>(time));
    return apply_function(floor, {*timestamp, missing_value()}, times_);
  }

  const QueryNames& names_;
  const QueryCalls& calls_;
  const QueryTimes& times_;
};

struct AggregateName {
  std::string_view name;
  AggregateOp op;
  bool of_numbers;
};
constexpr AggregateName kAggregates[] = {{"count", AggregateOp::kCount, false},
                                         {"count_distinct", AggregateOp::kCountDistinct, false},
                                         {"countdistinct", AggregateOp::kCountDistinct, false},
                                         {"sum", AggregateOp::kSum, true},
                                         {"count_over_time", AggregateOp::kCount, false},
                                         {"sum_over_time", AggregateOp::kSum, true},
                                         {"countovertime", AggregateOp::kCount, false},
                                         {"sumovertime", AggregateOp::kSum, true},
                                         {"variance", AggregateOp::kVariance, true},
                                         {"values", AggregateOp::kValues, false},
                                         {"collect_values", AggregateOp::kValues, false},
                                         {"topk", AggregateOp::kTopValues, false},
                                         {"histogram", AggregateOp::kRanges, true},
                                         {"rate", AggregateOp::kLast, true},
                                         {"avg", AggregateOp::kAverage, true},
                                         {"stddev", AggregateOp::kStandardDeviation, true},
                                         {"pct", AggregateOp::kQuantile, true},
                                         {"percentile", AggregateOp::kQuantile, true},
                                         {"min", AggregateOp::kMin, false},
                                         {"max", AggregateOp::kMax, false},
                                         {"earliest", AggregateOp::kFirst, false},
                                         {"latest", AggregateOp::kLast, false},
                                         {"sortsfirst", AggregateOp::kMin, false},
                                         {"sortslast", AggregateOp::kMax, false}};

const AggregateName* aggregate_of(const QueryNode& node) {
  const auto* found = std::ranges::find(kAggregates, node.text, &AggregateName::name);
  return node.kind != Node::kCall || found == std::end(kAggregates) ? nullptr : found;
}

constexpr int kMostValues = 1'000;  // of `values`, in each group

/// The stages of one `stats`, while it is read.
class Stats {
 public:
  Stats(const QueryNames& names, const std::string& time, const std::string& prefix, const QueryTimes& times)
      : names_(names), time_(time), prefix_(prefix), times_(times) {}

  Parsed<StatsStages> compile(const QueryCommand& command) {
    stages_.aggregate.time = time_;
    alone_ = &command;
    const QueryCalls none;
    for (const QueryItem& item : command.by) {
      auto key = Expressions(names_, none, times_).compile(*item.expr);
      if (!key) return std::unexpected(std::move(key).error());
      const std::string column = next_name("k");
      stages_.aggregate.keys.push_back({column, key->expr});
      stages_.columns.push_back({item.name, column, key->type});
    }
    for (const QueryItem& item : command.items) {
      auto value = this->value(item);
      if (!value) return std::unexpected(std::move(value).error());
      const std::string column = next_name("v");
      stages_.values.columns.push_back({column, value->expr});
      stages_.columns.push_back({item.name, column, value->type});
      earlier_.push_back({item.name, *value});
    }
    if (stages_.aggregate.calls.empty() && stages_.aggregate.keys.empty())
      return std::unexpected(QueryError{"stats has no aggregate function", command.begin, command.end});
    // AWS gives no row at all where there is nothing to count.
    stages_.aggregate.calls.push_back(
        {.name = std::string("rows"), .op = AggregateOp::kCount, .argument = {}, .where = {}});
    return std::move(stages_);
  }

 private:
  std::string next_name(std::string_view kind) { return fmt::format("{}{}{}", prefix_, kind, count_++); }

  /// A name inside of stats and outside of an aggregate: an earlier item, or a key.
  Parsed<TypedQueryExpr> name(const QueryNode& node) const {
    for (auto item = earlier_.rbegin(); item != earlier_.rend(); ++item) {
      if (item->name == node.text) return item->value;
    }
    const auto key = std::ranges::find(stages_.columns, node.text, &StatsColumn::name);
    if (key != stages_.columns.end()) return TypedQueryExpr{field(key->column), key->type};
    return wrong_query(node, "Unknown symbols found in or after stats: " + node.text);
  }

  Parsed<TypedQueryExpr> value(const QueryItem& item) {
    const QueryNames names = [this](const QueryNode& node) { return name(node); };
    const QueryCalls calls = [this](const QueryNode& node) -> Parsed<std::optional<TypedQueryExpr>> {
      const AggregateName* aggregate = aggregate_of(node);
      if (aggregate == nullptr) return std::nullopt;
      auto value = this->aggregate(node, *aggregate);
      if (!value) return std::unexpected(std::move(value).error());
      return *std::move(value);
    };
    return Expressions(names, calls, times_).compile(*item.expr);
  }

  ExprPtr add(AggregateOp op, ExprPtr argument, double level = 0) {
    plan::AggregateCall call;
    call.name = next_name("a");
    call.op = op;
    call.argument = std::move(argument);
    call.level = level;
    stages_.aggregate.calls.push_back(call);
    return field(call.name);
  }

  Parsed<TypedQueryExpr> aggregate(const QueryNode& node, const AggregateName& kind) {
    const bool counts = kind.op == AggregateOp::kCount;
    if (kind.name == "rate") return rate(node);
    if (kind.op == AggregateOp::kRanges || kind.op == AggregateOp::kTopValues) return sized(node, kind);
    const bool quantile = kind.op == AggregateOp::kQuantile;
    if (counts && (node.arguments.empty() || node.arguments[0]->kind == Node::kStar))
      return TypedQueryExpr{add(kind.op, nullptr), Type::kInt};
    if (node.arguments.size() != (quantile ? 2U : 1U))
      return wrong_query(node, fmt::format("wrong number of arguments for {}", node.text));
    const QueryCalls none;
    auto argument = Expressions(names_, none, times_).compile(*node.arguments[0]);
    if (!argument) return argument;
    if (counts || kind.op == AggregateOp::kCountDistinct)
      return TypedQueryExpr{add(kind.op, argument->expr), Type::kInt};
    if (kind.op == AggregateOp::kFirst || kind.op == AggregateOp::kLast) {
      if (time_.empty()) return wrong_query(node, "Unknown symbols found in or after stats: @timestamp");
      return TypedQueryExpr{add(kind.op, argument->expr), argument->type};
    }
    if (kind.op == AggregateOp::kValues) {
      const ExprPtr values = add(kind.op, as_text(*argument));
      stages_.aggregate.calls.back().bins = kMostValues;
      return TypedQueryExpr{values, Type::kAny};
    }
    if (kind.of_numbers) return of_numbers(node, kind, *argument);
    return extreme(kind.op, *argument, node.text.starts_with("sorts"));
  }

  /// `topk(3, field)`, `histogram(field, 10)`: how many stands beside the field.
  Parsed<TypedQueryExpr> sized(const QueryNode& node, const AggregateName& kind) {
    const bool top = kind.op == AggregateOp::kTopValues;
    if (node.arguments.size() != 2)
      return wrong_query(node, fmt::format("wrong number of arguments for {}", node.text));
    const QueryNode& size = *node.arguments[top ? 0 : 1];
    const std::int64_t most = top ? plan::kMaxValues : plan::kMaxBins;
    if (size.kind != Node::kInteger || size.integer < 1 || size.integer > most)
      return wrong_query(size, fmt::format("a whole number from 1 to {} is expected", most));
    if (top && (alone_ == nullptr || !alone_->by.empty() || alone_->items.size() > 1))
      return wrong_query(node, "topk cannot be combined with by or other aggregation functions");
    const QueryCalls none;
    auto argument = Expressions(names_, none, times_).compile(*node.arguments[top ? 1 : 0]);
    if (!argument) return argument;
    const ExprPtr value = add(kind.op, top ? as_text(*argument) : as_number(*argument));
    stages_.aggregate.calls.back().bins = static_cast<int>(size.integer);
    return TypedQueryExpr{value, Type::kAny};
  }

  /// How much the value changes in `interval`, from its first to its last event; missing where these are one.
  Parsed<TypedQueryExpr> rate(const QueryNode& node) {
    if (time_.empty()) return wrong_query(node, "Unknown symbols found in or after stats: @timestamp");
    if (node.arguments.size() != 2 || node.arguments[1]->kind != Node::kPeriod)
      return wrong_query(node, "rate takes a field and a period such as 1m");
    const QueryCalls none;
    auto argument = Expressions(names_, none, times_).compile(*node.arguments[0]);
    if (!argument) return argument;
    const ExprPtr number = plan::call(F::kToDouble, {as_number(*argument)});
    const ExprPtr nanos = plan::call(F::kToNanos, {field(time_)});
    const ExprPtr when = plan::call(F::kIf, {plan::call(F::kIsMissing, {number}), literal(Value(), Type::kInt), nanos});
    const auto difference = [](ExprPtr a, ExprPtr b) { return plan::call(F::kSub, {std::move(a), std::move(b)}); };
    const ExprPtr last = add(AggregateOp::kLast, number);
    const ExprPtr first = add(AggregateOp::kFirst, number);
    const ExprPtr latest = add(AggregateOp::kMax, when);
    const ExprPtr earliest = add(AggregateOp::kMin, when);
    const ExprPtr intervals =
        plan::call(F::kDiv, {difference(latest, earliest), literal(Value(node.arguments[1]->integer))});
    return TypedQueryExpr{plan::call(F::kDiv, {difference(last, first), intervals}), Type::kDouble};
  }

  Parsed<TypedQueryExpr> of_numbers(const QueryNode& node, const AggregateName& kind, const TypedQueryExpr& argument) {
    double level = 0;
    if (kind.op == AggregateOp::kQuantile) {
      const QueryNode& percent = *node.arguments[1];
      const bool number = percent.kind == Node::kInteger || percent.kind == Node::kDouble;
      level = percent.number / 100;
      if (!number || !(level >= 0 && level <= 1)) return wrong_query(percent, "a percentile from 0 to 100 is expected");
    }
    const bool whole = argument.type == Type::kInt || argument.type == Type::kBool;
    const ExprPtr value = add(kind.op, as_number(argument), level);
    return TypedQueryExpr{value, kind.op == AggregateOp::kSum && whole ? Type::kInt : Type::kDouble};
  }

  /// Numbers and other values have no common order in a plan: the extreme number where there is one, else the extreme
  /// text; of sortsFirst and sortsLast the other way round for the first, as 5.5 sorts them.
  TypedQueryExpr extreme(AggregateOp op, const TypedQueryExpr& argument, bool sorts) {
    if (argument.type != Type::kAny && argument.type != Type::kString) return {add(op, argument.expr), argument.type};
    const ExprPtr number = plan::call(F::kToAny, {add(op, as_number(argument))});
    const ExprPtr is_number = plan::call(F::kNot, {plan::call(F::kIsMissing, {as_number(argument)})});
    const ExprPtr others = plan::call(F::kIf, {is_number, literal(Value(), Type::kString), as_text(argument)});
    const ExprPtr text = plan::call(F::kToAny, {add(op, others)});
    const bool text_first = sorts && op == AggregateOp::kMin;
    return {plan::call(F::kCoalesce, text_first ? std::vector{text, number} : std::vector{number, text}), Type::kAny};
  }

  const QueryNames& names_;
  const std::string& time_;
  const std::string& prefix_;
  const QueryTimes& times_;
  int count_ = 0;
  const QueryCommand* alone_ = nullptr;  ///< the command, while it is compiled
  StatsStages stages_;
  struct Earlier {
    std::string name;
    TypedQueryExpr value;
  };
  std::vector<Earlier> earlier_;
};

}  // namespace

Parsed<TypedQueryExpr> compile_expression(const QueryNode& node, const QueryNames& names, const QueryCalls& calls,
                                          const QueryTimes& times) {
  return Expressions(names, calls, times).compile(node);
}

Parsed<StatsStages> compile_stats(const QueryCommand& command, const QueryNames& names, const std::string& time,
                                  const std::string& prefix, const QueryTimes& times) {
  return Stats(names, time, prefix, times).compile(command);
}

}  // namespace tetrascope::cloudwatch_logs
