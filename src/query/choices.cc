#include "query/choices.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "query/used_columns.h"

namespace tetrascope::plan {
namespace {

std::optional<std::string> text_of(const Literal& literal) {
  const auto* text = literal.value.as<std::string>();
  return text == nullptr ? std::nullopt : std::optional(*text);
}

/// Adds the texts between which `expr` chooses. False: it is something else.
bool add_choices(const ExprPtr& expr, Choices& choices) {
  if (const auto* literal = std::get_if<Literal>(&expr->node)) {
    if (literal->type != Type::kString) return false;
    if (std::optional<std::string> text = text_of(*literal); std::ranges::find(choices, text) == choices.end())
      choices.push_back(std::move(text));
    return choices.size() <= kMostChoices;
  }
  const auto* call = std::get_if<Call>(&expr->node);
  if (call == nullptr || call->function != Function::kIf) return false;
  // Conditions stand before each value but the last.
  for (std::size_t i = 1; i < call->arguments.size(); i += 2) {
    if (!add_choices(call->arguments[i], choices)) return false;
  }
  return add_choices(call->arguments.back(), choices);
}

bool is_field(const ExprPtr& expr, std::string_view name) {
  const auto* field = std::get_if<Field>(&expr->node);
  return field != nullptr && field->name == name;
}

bool is_only_key(const std::vector<Stage>& stages, std::string_view name) {
  std::vector<Stage> others;
  for (const Stage& stage : stages) {
    others.push_back(stage);
    if (std::holds_alternative<Filter>(stage)) continue;
    auto* aggregate = std::get_if<Aggregate>(&others.back());
    if (aggregate == nullptr) return false;
    const auto is_key = [&](const Named& key) { return is_field(key.expr, name); };
    return std::erase_if(aggregate->keys, is_key) > 0 && !mentions(others, name);
  }
  return false;
}

}  // namespace

Choices key_choices(const Plan& plan, std::size_t column) {
  Choices choices;
  const auto chooses = [&](const TableRead& read) { return add_choices(read.columns[column].expr, choices); };
  const auto is_constant = [&](const TableRead& read) {
    return std::holds_alternative<Literal>(read.columns[column].expr->node);
  };
  if (!std::ranges::all_of(plan.reads, chooses) || std::ranges::all_of(plan.reads, is_constant)) return {};
  return is_only_key(plan.stages, plan.reads.front().columns[column].name) ? choices : Choices{};
}

std::size_t choice_number(const Choices& choices, const Literal& value) {
  return static_cast<std::size_t>(std::ranges::find(choices, text_of(value)) - choices.begin()) + 1;
}

}  // namespace tetrascope::plan
