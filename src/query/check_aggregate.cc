// Checker: what an aggregate takes and gives.

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "query/checker.h"
#include "query/functions.h"
#include "query/types.h"

namespace tetrascope::plan {
namespace {

std::unexpected<Error> of_wrong(AggregateOp op, Type type, std::string_view want) {
  return invalid(fmt::format("{} of {}, want {}", aggregate_name(op), type_words(type), want));
}

Result<void> check_histogram(const AggregateCall& call) {
  if (call.bins < 1 || call.bins > kMaxBins) return invalid(fmt::format("{} bins, want 1 to {}", call.bins, kMaxBins));
  if (!std::isfinite(call.low) || !std::isfinite(call.step) || call.step <= 0)
    return invalid("histogram needs a finite start and a step over 0");
  return {};
}

/// Whether `expr` is kTimeBucket of the column `time`.
bool is_bucket_of(const Expr& expr, const std::string& time) {
  const auto* call = std::get_if<Call>(&expr.node);
  if (call == nullptr || call->function != Function::kTimeBucket || call->arguments.empty()) return false;
  const auto* field = std::get_if<Field>(&call->arguments[0]->node);
  return field != nullptr && field->name == time;
}

/// Of the keys named in `rollup`, by their places in `columns`.
Result<std::vector<bool>> keys_of(const std::vector<std::string>& rollup, const std::vector<OutputColumn>& columns) {
  std::vector<bool> keys(columns.size());
  for (const std::string& name : rollup) {
    const auto key = std::ranges::find(columns, name, &OutputColumn::name);
    if (key == columns.end()) return invalid(fmt::format("rollup by {}, which is no key", quoted(name)));
    keys[static_cast<std::size_t>(key - columns.begin())] = true;
  }
  return keys;
}

}  // namespace

Result<void> Checker::rollups(const Aggregate& aggregate, Columns& columns) {
  if (aggregate.rollups.empty() && aggregate.level.empty()) return {};
  if (aggregate.level.empty()) return invalid("rollups without a name for their level");
  if (columns.size() > kMaxRolledUpKeys || aggregate.rollups.size() > kMaxRollups) {
    return invalid(fmt::format("{} rollups of {} keys, want at most {} of {}", aggregate.rollups.size(), columns.size(),
                               kMaxRollups, kMaxRolledUpKeys));
  }
  if (std::ranges::find(aggregate.calls, AggregateOp::kConcurrency, &AggregateCall::op) != aggregate.calls.end())
    return invalid("rollups of covered time buckets");
  std::vector<std::vector<bool>> sets = {std::vector<bool>(columns.size(), true)};
  for (const auto& rollup : aggregate.rollups) {
    ASSIGN_OR_RETURN(auto keys, keys_of(rollup, columns));
    if (std::ranges::find(sets, keys) != sets.end()) return invalid("two rollups by the same keys");
    sets.push_back(std::move(keys));
  }
  RETURN_IF_ERROR(text(aggregate.level));
  if (find(columns, aggregate.level) != nullptr) return invalid(quoted(aggregate.level) + " named twice");
  columns.push_back({aggregate.level, Type::kInt});
  return {};
}

Result<Type> Checker::aggregate_call(const AggregateCall& call, const Aggregate& aggregate, const Scope& scope) {
  using Op = AggregateOp;
  if (call.where) {
    if (auto ok = condition(call.where, scope); !ok) return at("where", std::move(ok).error());
  }
  if (!call.argument) {
    if (call.op != Op::kCount) return invalid(fmt::format("{} of nothing", aggregate_name(call.op)));
    return Type::kInt;
  }
  ASSIGN_OR_RETURN(const Type type, expr(call.argument, scope));
  if (is_array(type)) return of_wrong(call.op, type, "a scalar");
  if (call.op == Op::kFirst || call.op == Op::kLast || call.op == Op::kConcurrency) {
    const OutputColumn* time = find(*scope.columns, aggregate.time);
    if (time == nullptr || time->type != Type::kTime) return invalid("no time column " + quoted(aggregate.time));
  }
  switch (call.op) {
    case Op::kCount:
    case Op::kCountDistinct:
      return Type::kInt;
    case Op::kSum:
      if (!is_number(type)) return of_wrong(call.op, type, "a number");
      return type;
    case Op::kQuantile:
      if (!(call.level >= 0 && call.level <= 1)) return invalid("level of a quantile, want 0 to 1");
      [[fallthrough]];
    case Op::kAverage:
    case Op::kStandardDeviation:
    case Op::kVariance:
      if (!is_number(type)) return of_wrong(call.op, type, "a number");
      return Type::kDouble;
    case Op::kRanges:
      if (!is_number(type)) return of_wrong(call.op, type, "a number");
      if (call.bins < 1 || call.bins > kMaxBins)
        return invalid(fmt::format("{} ranges, want 1 to {}", call.bins, kMaxBins));
      return Type::kAny;
    case Op::kValues:
    case Op::kTopValues:
      if (!is_plain(type)) return of_wrong(call.op, type, "a number, text or true or false");
      if (call.bins < 1 || call.bins > kMaxValues)
        return invalid(fmt::format("{} values, want 1 to {}", call.bins, kMaxValues));
      return Type::kAny;
    case Op::kMin:
    case Op::kMax:
      if (!is_ordered(type)) return of_wrong(call.op, type, "a number, text or a time");
      return type;
    case Op::kHistogram:
      if (!is_number(type)) return of_wrong(call.op, type, "a number");
      RETURN_IF_ERROR(check_histogram(call));
      return Type::kIntArray;
    case Op::kFirst:
    case Op::kLast:
    case Op::kAnyValue:
      return type;
    case Op::kConcurrency: {
      if (type != Type::kInt) return of_wrong(call.op, type, "an integer");
      const auto buckets = std::ranges::count_if(
          aggregate.keys, [&](const Named& key) { return is_bucket_of(*key.expr, aggregate.time); });
      if (buckets != 1)
        return invalid(fmt::format("needs one key that is a time bucket of {}", quoted(aggregate.time)));
      return Type::kDouble;
    }
  }
  return invalid("unknown aggregate");
}

}  // namespace tetrascope::plan
