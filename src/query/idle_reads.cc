#include "query/idle_reads.h"

#include <algorithm>
#include <string_view>
#include <variant>

namespace tetrascope::plan {
namespace {

bool equal(const Expr& left, const Expr& right);

bool equal(const ExprPtr& left, const ExprPtr& right) {
  return left == right || (left && right && equal(*left, *right));
}

/// False for what is not known to be the same: plans within, and anything but texts and numbers as constants.
bool equal(const Expr& left, const Expr& right) {
  if (left.node.index() != right.node.index()) return false;
  if (const auto* literal = std::get_if<Literal>(&left.node)) {
    const auto& other = std::get<Literal>(right.node);
    return literal->type == other.type && literal->value == other.value;
  }
  if (const auto* column = std::get_if<TableColumn>(&left.node))
    return column->name == std::get<TableColumn>(right.node).name;
  if (const auto* attribute = std::get_if<Attribute>(&left.node)) {
    const auto& other = std::get<Attribute>(right.node);
    return attribute->level == other.level && attribute->key == other.key && attribute->type == other.type &&
           attribute->types == other.types && attribute->of_event == other.of_event;
  }
  if (const auto* call = std::get_if<Call>(&left.node)) {
    const auto& other = std::get<Call>(right.node);
    const auto same = [](const ExprPtr& a, const ExprPtr& b) { return equal(a, b); };
    return call->function == other.function && std::ranges::equal(call->arguments, other.arguments, same);
  }
  return false;
}

/// Whether `expr` asks something of the item that `read` opens.
bool of_item(const ExprPtr& expr, const TableRead& read) {
  if (!expr || read.unnest.empty()) return false;
  if (const auto* column = std::get_if<TableColumn>(&expr->node))
    return std::ranges::find(read.unnest, column->name) != read.unnest.end();
  if (const auto* attribute = std::get_if<Attribute>(&expr->node)) return attribute->level == Level::kItem;
  if (const auto* call = std::get_if<Call>(&expr->node))
    return std::ranges::any_of(call->arguments, [&](const ExprPtr& argument) { return of_item(argument, read); });
  return !std::holds_alternative<Literal>(expr->node);
}

const ExprPtr& column_of(const TableRead& read, std::string_view name) {
  return std::ranges::find(read.columns, name, &Named::name)->expr;
}

/// Whether `expr`, over the columns of `read`, is missing in every row.
bool is_missing(const ExprPtr& expr, const TableRead& read) {
  if (const auto* literal = std::get_if<Literal>(&expr->node)) return literal->value.missing();
  if (const auto* field = std::get_if<Field>(&expr->node)) {
    const auto* literal = std::get_if<Literal>(&column_of(read, field->name)->node);
    return literal != nullptr && literal->value.missing();
  }
  const auto* call = std::get_if<Call>(&expr->node);
  if (call == nullptr || call->function != Function::kIf) return false;
  // Conditions stand before each value but the last.
  for (std::size_t i = 1; i < call->arguments.size(); i += 2) {
    if (!is_missing(call->arguments[i], read)) return false;
  }
  return is_missing(call->arguments.back(), read);
}

/// Kept or not, it gives the calls nothing to count.
bool is_silent(const TableRead& read, const Aggregate& aggregate) {
  return std::ranges::all_of(aggregate.calls, [&](const AggregateCall& call) {
    return call.op != AggregateOp::kConcurrency && call.argument && is_missing(call.argument, read);
  });
}

bool same_range(const TableRead& left, const TableRead& right) {
  if (!left.range || !right.range) return !left.range && !right.range;
  return left.range->from == right.range->from && left.range->to == right.range->to;
}

/// Whether each row of `links` has its span among the rows of `spans`, in the same group.
bool groups_of(const TableRead& links, const TableRead& spans, const Aggregate& aggregate) {
  const bool opens_links = !links.unnest.empty() && links.unnest.front().starts_with("link_");
  if (!opens_links || !spans.unnest.empty() || spans.table != links.table || !same_range(links, spans)) return false;
  if (!equal(links.where, spans.where) || of_item(links.where, links)) return false;
  return std::ranges::all_of(aggregate.keys, [&](const Named& key) {
    const auto* field = std::get_if<Field>(&key.expr->node);
    if (field == nullptr) return false;
    const ExprPtr& own = column_of(links, field->name);
    return equal(own, column_of(spans, field->name)) && !of_item(own, links);
  });
}

}  // namespace

std::vector<std::size_t> needed_reads(const Plan& plan) {
  const auto* aggregate = plan.stages.empty() ? nullptr : std::get_if<Aggregate>(&plan.stages.front());
  std::vector<std::size_t> needed;
  for (std::size_t i = 0; i < plan.reads.size(); ++i) {
    const TableRead& read = plan.reads[i];
    const bool adds_no_group = [&] {
      if (aggregate == nullptr) return false;
      if (aggregate->keys.empty()) return true;
      return std::ranges::any_of(plan.reads,
                                 [&](const TableRead& other) { return groups_of(read, other, *aggregate); });
    }();
    if (!adds_no_group || !is_silent(read, *aggregate)) needed.push_back(i);
  }
  if (needed.empty()) needed.push_back(0);
  return needed;
}

}  // namespace tetrascope::plan
