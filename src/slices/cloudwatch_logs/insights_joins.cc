// InsightsCompiler: other queries inside of one.

#include <fmt/core.h>

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
using plan::Type;
using F = plan::Function;

}  // namespace

InsightsScope InsightsCompiler::inner_scope(const InsightsQuery& query) const {
  InsightsScope scope = scope_;
  const auto found = scope_.inner.find(&query);
  if (found == scope_.inner.end()) return scope;  // without SOURCE: the same events
  scope.condition = found->second.condition;
  scope.range = found->second.range;
  return scope;
}

/// `type=inner left=a right=b where a.k=b.k (SOURCE …)`: every pair of rows whose keys are equal as text.
Parsed<void> InsightsCompiler::join(const QueryCommand& command) {
  const auto wrong = [](const auto& place, std::string message) {
    return std::unexpected(QueryError{std::move(message), place.begin, place.end});
  };
  if (joined_) return wrong(command, "Only one join command is supported per query");
  if (stats_ > 0) return wrong(command, "join must stand in front of stats");
  auto joined = std::make_unique<Joined>();
  plan::JoinKind kind = plan::JoinKind::kInner;
  for (const QueryOption& option : command.options) {
    if (option.name == "left") joined->left = option.value;
    if (option.name == "right") joined->right = option.value;
    if (option.name != "type") continue;
    if (lower_case(option.value) == "left")
      kind = plan::JoinKind::kLeft;
    else if (lower_case(option.value) != "inner")
      return wrong(option, "the type of a join is inner or left");
  }
  if (joined->left.empty() || joined->right.empty() || joined->left == joined->right)
    return wrong(command, "join needs two names, left= and right=");
  joined->other = std::make_unique<InsightsCompiler>(inner_scope(*command.query));
  QUERY_CHECKED(joined->other->apply_all(*command.query));
  const QueryNode* sides[2] = {command.items[0].expr.get(), command.items[1].expr.get()};
  const auto of = [](const QueryNode& node, const std::string& alias) { return node.text.starts_with(alias + "."); };
  if (of(*sides[0], joined->right)) std::swap(sides[0], sides[1]);
  for (const bool left : {true, false}) {
    const QueryNode& side = *sides[left ? 0 : 1];
    if (side.kind != QueryNode::Kind::kField || !of(side, left ? joined->left : joined->right))
      return wrong(side, "a field of each side is expected, by the names of left= and right=");
  }
  QueryNode left = *sides[0];
  left.text = left.text.substr(joined->left.size() + 1);
  QueryNode right = *sides[1];
  right.text = right.text.substr(joined->right.size() + 1);
  QUERY_PARSED(const TypedQueryExpr left_key, name(left));
  QUERY_PARSED(const TypedQueryExpr right_key, joined->other->name(right));
  const std::string key = next_name("j");
  const std::string other_key = next_name("j");
  stages_.emplace_back(plan::Compute{{{key, as_text(left_key)}}});
  joined->stage = stages_.size();
  joined->columns.push_back({other_key, as_text(right_key)});
  stages_.emplace_back(plan::Join{kind, nullptr, {{key, other_key}}, true});
  joined_ = std::move(joined);
  return {};
}

/// A field of the other side, by its name there.
Parsed<TypedQueryExpr> InsightsCompiler::joined_column(const QueryNode& node, std::string_view path) {
  const auto known = std::ranges::find(joined_->names, path, &std::pair<std::string, TypedQueryExpr>::first);
  if (known != joined_->names.end()) return known->second;
  QueryNode inside = node;
  inside.text = path;
  QUERY_PARSED(const TypedQueryExpr value, joined_->other->name(inside));
  const std::string column = next_name("j");
  joined_->columns.push_back({column, value.expr});
  const TypedQueryExpr here{field(column), value.type};
  joined_->names.emplace_back(std::string(path), here);
  return here;
}

plan::Plan InsightsCompiler::joined_plan() const {
  plan::Plan plan = joined_->other->so_far();
  plan::Project kept;
  for (const plan::Named& column : joined_->columns) kept.columns.push_back(column.name);
  const ExprPtr has_key = plan::call(F::kNot, {plan::call(F::kIsMissing, {field(joined_->columns.front().name)})});
  plan.stages.emplace_back(plan::Compute{joined_->columns});
  plan.stages.emplace_back(plan::Filter{has_key});
  plan.stages.emplace_back(std::move(kept));
  return plan;
}

/// `k in (SOURCE … | fields k)`: among the values of the column that has the field's name, or of the only one.
Parsed<std::optional<TypedQueryExpr>> InsightsCompiler::membership(const QueryNode& call) {
  if (call.text != "in" || call.arguments[1]->kind != QueryNode::Kind::kQuery) return std::nullopt;
  const QueryNode& needle = *call.arguments[0];
  const QueryNode& list = *call.arguments[1];
  QUERY_PARSED(const TypedQueryExpr value, expression(needle));
  InsightsCompiler inner(inner_scope(*list.query));
  QUERY_CHECKED(inner.apply_all(*list.query));
  const Column* column = inner.shown(needle.text);
  if (column == nullptr && inner.shown_.size() == 1) column = &inner.shown_.front();
  if (column == nullptr)
    return wrong_query(list, "Subqueries must return fields referenced by the outer query: " + needle.text);
  const std::string name = inner.next_name("q");
  const ExprPtr found = as_text(column->value);
  plan::Plan plan = inner.so_far();
  plan.stages.emplace_back(plan::Compute{{{name, found}}});
  plan.stages.emplace_back(plan::Filter{plan::call(F::kNot, {plan::call(F::kIsMissing, {field(name)})})});
  plan.stages.emplace_back(plan::Project{{name}});
  return TypedQueryExpr{plan::in_plan(as_text(value), std::move(plan)), Type::kBool};
}

/// The rows of another query beside those of this one, by their numbers.
Parsed<void> InsightsCompiler::append_columns(const QueryCommand& command) {
  bool overrides = false;
  std::uint64_t most = 10'000;
  constexpr std::uint64_t kMost = 100'000;
  for (const QueryOption& option : command.options) {
    const auto wrong = [&](std::string message) {
      return std::unexpected(QueryError{std::move(message), option.begin, option.end});
    };
    if (option.name == "override") {
      if (option.value != "true" && option.value != "false") return wrong("true or false is expected for override");
      overrides = option.value == "true";
      continue;
    }
    const char* const end = option.value.data() + option.value.size();
    const auto read = std::from_chars(option.value.data(), end, most);
    if (read.ec != std::errc{} || read.ptr != end || most < 1 || most > kMost)
      return wrong(fmt::format("a number from 1 to {} is expected for max", kMost));
  }
  InsightsCompiler inner(inner_scope(*command.query));
  QUERY_CHECKED(inner.apply_all(*command.query));
  if (!inner.shown_any_)
    return std::unexpected(QueryError{"the query of appendcols shows no fields", command.begin, command.end});
  inner.order_rows();
  order_rows();
  const std::string row = next_name("a");
  const std::string other_row = next_name("a");
  plan::Compute values;
  plan::Project kept{{other_row}};
  std::vector<Column> added;
  for (const Column& column : inner.shown_) {
    if (!overrides && shown(column.name) != nullptr) continue;
    const std::string value = next_name("a");
    values.columns.push_back({value, column.value.expr});
    kept.columns.push_back(value);
    added.push_back({column.name, {field(value), column.value.type}});
  }
  inner.stages_.emplace_back(plan::Limit{most, 0, {}});
  inner.stages_.emplace_back(plan::Window{{{other_row, plan::WindowOp::kRowNumber, nullptr, 1}}, {}});
  plan::Plan right = inner.so_far();
  if (!values.columns.empty()) right.stages.emplace_back(std::move(values));
  right.stages.emplace_back(std::move(kept));
  stages_.emplace_back(plan::Window{{{row, plan::WindowOp::kRowNumber, nullptr, 1}}, {}});
  stages_.emplace_back(
      plan::Join{plan::JoinKind::kLeft, std::make_shared<const plan::Plan>(std::move(right)), {{row, other_row}}});
  for (Column& column : added) show_computed(column.name, std::move(column.value));
  return {};
}

}  // namespace tetrascope::cloudwatch_logs
