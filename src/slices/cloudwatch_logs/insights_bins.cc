// InsightsCompiler: fillmissing.

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "query/types.h"
#include "slices/cloudwatch_logs/insights_compiler.h"
#include "slices/cloudwatch_logs/insights_lexer.h"
#include "slices/cloudwatch_logs/insights_parser.h"
#include "slices/cloudwatch_logs/plan_literals.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::ExprPtr;
using plan::field;
using plan::literal;
using plan::Type;
using F = plan::Function;

/// Starts of the bins that `range` touches; nothing where they are more than `most`.
std::vector<std::int64_t> bin_starts(plan::TimeRange range, std::string_view period, std::int64_t width,
                                     std::size_t most) {
  namespace chr = std::chrono;
  std::vector<std::int64_t> starts;
  const std::int64_t months = period_months(period);
  if (months == 0) {
    std::int64_t start = range.from.value - (((range.from.value % width) + width) % width);
    for (; start < range.to.value && starts.size() <= most; start += width) starts.push_back(start);
  } else {
    const chr::sys_days day =
        chr::floor<chr::days>(chr::sys_time<chr::nanoseconds>(chr::nanoseconds(range.from.value)));
    const chr::year_month_day date(day);
    const std::int64_t index =
        static_cast<int>(date.year()) * std::int64_t{12} + static_cast<unsigned>(date.month()) - 1;
    for (std::int64_t month = index - index % months; starts.size() <= most; month += months) {
      const chr::year_month_day first(chr::year(static_cast<int>(month / 12)),
                                      chr::month(static_cast<unsigned>(month % 12) + 1), chr::day(1));
      const std::int64_t start = chr::nanoseconds(chr::sys_days(first).time_since_epoch()).count();
      if (start >= range.to.value) break;
      starts.push_back(start);
    }
  }
  if (starts.size() > most) starts.clear();
  return starts;
}

}  // namespace

/// A row for each bin of the query's time that a group has none in.
Parsed<void> InsightsCompiler::fill_missing(const QueryCommand& command) {
  constexpr std::size_t kMostBins = 20'000;
  const auto wrong = [&](std::string message) {
    return std::unexpected(QueryError{std::move(message), command.begin, command.end});
  };
  if (!bins_ || bins_->keys > shown_.size()) return wrong("fillmissing needs a stats … by bin() before it");
  const std::vector<std::int64_t> starts = bin_starts(scope_.range, bins_->period, bins_->width, kMostBins);
  if (starts.empty()) return wrong(fmt::format("fillmissing of more than {} bins", kMostBins));
  // The rows so far come once more behind a table of all groups and all bins.
  plan::Compute keys;
  plan::Project kept;
  plan::Aggregate groups;
  std::vector<std::pair<std::string, std::string>> met;
  const auto key_text = [](const TypedQueryExpr& value) {
    const ExprPtr missing = plan::call(F::kIsMissing, {value.expr});
    const ExprPtr text = plan::call(F::kConcat, {literal_text("="), as_text(value)});
    return plan::call(F::kIf, {missing, literal_text(""), text});
  };
  const std::string bin = next_name("g");
  const std::string present = next_name("g");
  plan::Compute group_texts;
  for (std::size_t i = 0; i < bins_->keys; ++i) {
    const TypedQueryExpr& key = shown_[i].value;
    const std::string joined = i == bins_->column ? bin : next_name("g");
    const ExprPtr of_row = i == bins_->column ? plan::call(F::kToNanos, {key.expr}) : key_text(key);
    keys.columns.push_back({joined, of_row});
    kept.columns.push_back(joined);
    if (i != bins_->column) {
      const std::string group = next_name("g");
      groups.keys.push_back({group, key.expr});
      group_texts.columns.push_back({joined + "l", key_text({field(group), key.type})});
    }
    met.emplace_back(i == bins_->column ? bin + "l" : joined + "l", joined);
  }
  plan::AggregateCall rows;
  rows.name = next_name("g");
  groups.calls.push_back(rows);
  plan::Compute values;
  std::vector<Column> shown(shown_.begin(), shown_.begin() + static_cast<std::ptrdiff_t>(bins_->keys));
  std::size_t group = 0;
  for (std::size_t i = 0; i < bins_->keys; ++i) {
    if (i != bins_->column) shown[i].value.expr = field(groups.keys[group++].name);
  }
  shown[bins_->column].value.expr = plan::call(F::kFromNanos, {field(bin + "l")});
  for (std::size_t i = bins_->keys; i < shown_.size(); ++i) {
    const std::string value = next_name("g");
    values.columns.push_back({value, shown_[i].value.expr});
    kept.columns.push_back(value);
    shown.push_back({shown_[i].name, {field(value), shown_[i].value.type}});
  }
  values.columns.push_back({present, literal_integer(1)});
  kept.columns.push_back(present);
  plan::Plan right = so_far();
  right.stages.emplace_back(std::move(keys));
  right.stages.emplace_back(std::move(values));
  right.stages.emplace_back(std::move(kept));

  Array all;
  for (const std::int64_t start : starts) all.emplace_back(start);
  stages_.emplace_back(std::move(groups));
  stages_.emplace_back(plan::Filter{plan::call(F::kGt, {field(rows.name), literal_integer(0)})});
  group_texts.columns.push_back({bin + "l", literal(Value(std::move(all)))});
  stages_.emplace_back(std::move(group_texts));
  stages_.emplace_back(plan::Unnest{bin + "l"});
  stages_.emplace_back(plan::Join{plan::JoinKind::kLeft, std::make_shared<const plan::Plan>(std::move(right)), met});
  for (const QueryItem& item : command.items) {
    const auto filled = std::ranges::find(shown.begin() + static_cast<std::ptrdiff_t>(bins_->keys), shown.end(),
                                          item.name, &Column::name);
    if (filled == shown.end()) return wrong("fillmissing of a field that stats has not: " + item.name);
    QUERY_PARSED(const TypedQueryExpr value, expression(*item.expr));
    const bool same = value.type == filled->value.type;
    const ExprPtr absent = plan::call(F::kIsMissing, {field(present)});
    const ExprPtr instead = same ? value.expr : as_any(value);
    const ExprPtr had = same ? filled->value.expr : as_any(filled->value);
    filled->value = {plan::call(F::kIf, {absent, instead, had}), same ? value.type : Type::kAny};
  }
  made_.clear();
  shown_.clear();
  for (Column& column : shown) show_computed(column.name, std::move(column.value));
  sorted_ = false;
  bins_.reset();
  return {};
}

}  // namespace tetrascope::cloudwatch_logs
