// InsightsCompiler: commands that look at other rows, in the order that holds.

#include <fmt/core.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>

#include "query/types.h"
#include "slices/cloudwatch_logs/insights_compiler.h"
#include "slices/cloudwatch_logs/insights_parser.h"
#include "slices/cloudwatch_logs/plan_literals.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::ExprPtr;
using plan::field;
using plan::literal;
using plan::Type;
using plan::WindowOp;
using F = plan::Function;

plan::Stage window_of(std::string name, WindowOp op, ExprPtr argument, std::uint64_t distance = 1) {
  return plan::Window{{{std::move(name), op, std::move(argument), distance}}, {}};
}

std::unexpected<QueryError> wrong_option(const QueryOption& option, std::string_view want) {
  return std::unexpected(QueryError{fmt::format("{} is expected for {}", want, option.name), option.begin, option.end});
}

Parsed<bool> flag_of(const QueryOption& option) {
  if (option.value == "true") return true;
  if (option.value == "false") return false;
  return wrong_option(option, "true or false");
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size();
}

bool is_numeric(const TypedQueryExpr& value) { return value.type != Type::kTime && value.type != Type::kBool; }

ExprPtr number_or_zero(const TypedQueryExpr& value) {
  const ExprPtr number = as_number(value);
  return plan::call(F::kCoalesce, {plan::call(F::kToDouble, {number}), literal(Value(0.0))});
}

}  // namespace

void InsightsCompiler::order_rows() {
  sort_by_default();
  if (stats_ > 0) return;
  plan::Sort sort = last_sort_;
  const bool descending = !sort.keys.empty() && sort.keys.front().descending;
  sort.keys.push_back({order_column(), descending, plan::MissingOrder::kLast});
  add_sort(std::move(sort));
}

const InsightsCompiler::Column* InsightsCompiler::shown(std::string_view name) const {
  const auto found = std::ranges::find(shown_, name, &Column::name);
  return found == shown_.end() ? nullptr : &*found;
}

/// A column by the name that it is shown under, which may be an expression's text; else the expression.
Parsed<TypedQueryExpr> InsightsCompiler::value_of(const QueryItem& item) {
  if (const Column* column = shown(item.name)) return column->value;
  return expression(*item.expr);
}

/// `accum f as g`; without `as` the sums stand in the place of the field.
Parsed<void> InsightsCompiler::accumulate(const QueryCommand& command) {
  const QueryItem& item = command.items.front();
  QUERY_PARSED(const TypedQueryExpr value, expression(*item.expr));
  order_rows();
  const std::string sum = next_name("w");
  const bool whole = value.type == Type::kInt;
  stages_.push_back(window_of(sum, WindowOp::kRunningSum, as_number(value)));
  show_computed(item.name, {field(sum), whole ? Type::kInt : Type::kDouble});
  return {};
}

/// `autoregress f p=1-4`: `f_p1` … `f_p4`.
Parsed<void> InsightsCompiler::autoregress(const QueryCommand& command) {
  const QueryItem& item = command.items.front();
  QUERY_PARSED(const TypedQueryExpr value, expression(*item.expr));
  std::uint64_t first = 1;
  std::uint64_t last = 1;
  constexpr std::uint64_t kMostLags = 100;
  for (const QueryOption& option : command.options) {
    std::uint64_t& bound = option.name == "first" ? first : last;
    if (!read_number(option.value, bound) || bound < 1 || bound > kMostLags)
      return wrong_option(option, fmt::format("a number from 1 to {}", kMostLags));
    if (option.name == "first") last = first;
  }
  if (last < first) return wrong_option(command.options.back(), "a range of growing numbers");
  order_rows();
  const bool range = command.options.size() > 1;
  for (std::uint64_t lag = first; lag <= last; ++lag) {
    const std::string column = next_name("w");
    stages_.push_back(window_of(column, WindowOp::kLag, value.expr, lag));
    const std::string& base = command.output.empty() ? item.name : command.output;
    show({command.output.empty() || range ? fmt::format("{}_p{}", base, lag) : base, {field(column), value.type}});
  }
  return {};
}

/// `filldown host cpu*`: of all columns where none is named.
Parsed<void> InsightsCompiler::fill_down(const QueryCommand& command) {
  if (!shown_any_) {
    for (const char* each : {"@timestamp", "@message"}) show({each, events_.use(each)});
    shown_any_ = true;
  }
  order_rows();
  const auto is_named = [&](std::string_view name) {
    return command.names.empty() || std::ranges::any_of(command.names, [&](const std::string& pattern) {
             std::string regex = re2::RE2::QuoteMeta(pattern);
             re2::RE2::GlobalReplace(&regex, R"(\\\*)", ".*");
             return re2::RE2::FullMatch(re2::StringPiece(name.data(), name.size()), regex);
           });
  };
  for (const std::string& name : command.names) {
    if (name.find('*') == std::string::npos && shown(name) == nullptr)
      return std::unexpected(QueryError{"filldown of a field that is not shown: " + name, command.begin, command.end});
  }
  const std::vector<Column> before = shown_;
  for (const Column& column : before) {
    if (!is_named(column.name) || plan::is_array(column.value.type)) continue;
    const std::string filled = next_name("w");
    stages_.push_back(window_of(filled, WindowOp::kLastKnown, column.value.expr));
    show_computed(column.name, {field(filled), column.value.type});
  }
  return {};
}

/// Events of equal fields whose times are no more than the gap apart, one after the other, are of one session.
Parsed<void> InsightsCompiler::sessionize(const QueryCommand& command) {
  constexpr std::int64_t kUsualGap = std::int64_t{30} * 60 * kNanosPerSecond;
  if (stats_ > 0)
    return std::unexpected(
        QueryError{"Unknown symbols found in or after stats: @timestamp", command.begin, command.end});
  plan::Compute keys;
  plan::Window by_key;
  std::vector<ExprPtr> id;
  for (const QueryItem& item : command.items) {
    QUERY_PARSED(const TypedQueryExpr value, expression(*item.expr));
    const std::string key = next_name("w");
    keys.columns.push_back({key, plan::call(F::kCoalesce, {as_text(value), literal_text("")})});
    by_key.by.push_back(key);
    id.push_back(field(key));
    id.push_back(literal_text("-"));
  }
  sort_by_default();
  const plan::Sort shown_order = last_sort_;
  const ExprPtr time = plan::call(F::kToNanos, {events_.use("@timestamp").expr});
  add_sort({{{events_.use("@timestamp").expr, false}, {order_column(), false}}});
  stages_.emplace_back(std::move(keys));
  const std::string before = next_name("w");
  const std::string begins = next_name("w");
  const std::string number = next_name("w");
  plan::Window last = by_key;
  last.calls = {{before, WindowOp::kLag, time, 1}};
  stages_.emplace_back(std::move(last));
  const ExprPtr gap = plan::call(F::kSub, {time, field(before)});
  const ExprPtr longer = plan::call(F::kGt, {gap, literal_integer(command.nanos == 0 ? kUsualGap : command.nanos)});
  const ExprPtr first = plan::call(F::kOr, {plan::call(F::kIsMissing, {field(before)}), longer});
  stages_.emplace_back(plan::Compute{{{begins, plan::call(F::kIf, {first, literal_integer(1), literal_integer(0)})}}});
  by_key.calls = {{number, WindowOp::kRunningSum, field(begins), 1}};
  stages_.emplace_back(std::move(by_key));
  add_sort(shown_order);
  id.push_back(plan::call(F::kToString, {field(number)}));
  show_computed(command.output.empty() ? "session_id" : command.output, {plan::call(F::kConcat, id), Type::kString});
  return {};
}

/// By the quartiles of all rows: beyond param times their distance from the upper one, and with uselower the lower one.
Parsed<void> InsightsCompiler::outlier(const QueryCommand& command) {
  bool removes = false;
  bool lower = false;
  bool marks = false;
  double factor = 2.5;
  for (const QueryOption& option : command.options) {
    if (option.name == "action") {
      if (option.value != "remove" && option.value != "transform") return wrong_option(option, "remove or transform");
      removes = option.value == "remove";
    } else if (option.name == "param") {
      if (!read_number(option.value, factor) || !(factor >= 0)) return wrong_option(option, "a number");
    } else {
      QUERY_PARSED((option.name == "mark" ? marks : lower), flag_of(option));
    }
  }
  constexpr const char* kJoined = "one";
  std::vector<TypedQueryExpr> values;
  plan::Aggregate quartiles;
  for (const QueryItem& item : command.items) {
    QUERY_PARSED(TypedQueryExpr value, value_of(item));
    for (const double level : {0.25, 0.75}) {
      plan::AggregateCall call;
      call.name = fmt::format("q{}_{}", quartiles.calls.size() / 2, level < 0.5 ? "low" : "high");
      call.op = plan::AggregateOp::kQuantile;
      call.argument = as_number(value);
      call.level = level;
      quartiles.calls.push_back(std::move(call));
    }
    values.push_back(std::move(value));
  }
  sort_by_default();
  plan::Plan all = so_far();
  all.stages.emplace_back(std::move(quartiles));
  all.stages.emplace_back(plan::Compute{{{kJoined, literal_integer(1)}}});
  stages_.emplace_back(plan::Compute{{{kJoined, literal_integer(1)}}});
  stages_.emplace_back(
      plan::Join{plan::JoinKind::kLeft, std::make_shared<const plan::Plan>(std::move(all)), {{kJoined, kJoined}}});
  ExprPtr any;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const ExprPtr low = field(fmt::format("q{}_low", i));
    const ExprPtr high = field(fmt::format("q{}_high", i));
    const ExprPtr reach = plan::call(F::kMul, {plan::call(F::kSub, {high, low}), literal(Value(factor))});
    const ExprPtr top = plan::call(F::kAdd, {high, reach});
    const ExprPtr bottom = plan::call(F::kSub, {low, reach});
    const ExprPtr number = as_number(values[i]);
    const ExprPtr above = plan::call(F::kGt, {number, top});
    const ExprPtr below = lower ? plan::call(F::kLt, {number, bottom}) : literal(Value(false));
    const ExprPtr out = plan::call(F::kCoalesce, {plan::call(F::kOr, {above, below}), literal(Value(false))});
    const std::string& name = command.items[i].name;
    if (marks) show_computed(name + "_outlier", {out, Type::kBool});
    if (!removes) {
      const ExprPtr value = plan::call(F::kToDouble, {number});
      show_computed(name, {plan::call(F::kIf, {above, top, below, bottom, value}), Type::kDouble});
    }
    any = any ? plan::call(F::kOr, {any, out}) : out;
  }
  if (removes) stages_.emplace_back(plan::Filter{plan::call(F::kNot, {any})});
  return {};
}

/// `Total` of each row, and with col=true a row of totals at the end.
Parsed<void> InsightsCompiler::add_totals(const QueryCommand& command) {
  std::string name = "Total";
  bool row = true;
  bool column = false;
  for (const QueryOption& option : command.options) {
    if (option.name == "fieldname") {
      name = option.value;
    } else {
      QUERY_PARSED((option.name == "row" ? row : column), flag_of(option));
    }
  }
  sort_by_default();
  ExprPtr total = literal(Value(0.0));
  const auto add = [&](const std::string& of, const TypedQueryExpr& value) {
    total = plan::call(F::kAdd, {total, number_or_zero(value)});
    if (column) totals_.push_back(of);
  };
  if (command.items.empty()) {
    for (const Column& one : shown_) {
      if (is_numeric(one.value)) add(one.name, one.value);
    }
  }
  for (const QueryItem& item : command.items) {
    QUERY_PARSED(const TypedQueryExpr value, value_of(item));
    if (shown(item.name) == nullptr) show({item.name, value});
    add(item.name, value);
  }
  shown_any_ = shown_any_ || !shown_.empty();
  if (row) show_computed(name, {total, Type::kDouble});
  if (row && column) totals_.push_back(name);
  ended_ = column;
  return {};
}

Parsed<void> InsightsCompiler::count_frequent(const QueryCommand& command) {
  plan::Aggregate aggregate;
  std::vector<Column> added;
  plan::Sort sort;
  for (const QueryItem& item : command.items) {
    QUERY_PARSED(const TypedQueryExpr value, expression(*item.expr));
    const std::string key = next_name("k");
    aggregate.keys.push_back({key, value.expr});
    added.push_back({item.name, {field(key), value.type}});
  }
  QUERY_CHECKED(count_aggregation(command));
  const std::string count = next_name("k");
  plan::AggregateCall call;
  call.name = count;
  aggregate.calls.push_back(std::move(call));
  stages_.emplace_back(std::move(aggregate));
  made_.clear();
  shown_.clear();
  sort.keys.push_back({field(count), true, plan::MissingOrder::kLast});
  for (Column& column : added) {
    add_sort_keys(sort, column.value, false);
    show(std::move(column));
  }
  show({"_approxcount", {field(count), Type::kInt}});
  shown_any_ = true;
  time_order_.reset();
  add_sort(std::move(sort));
  return {};
}

}  // namespace tetrascope::cloudwatch_logs
