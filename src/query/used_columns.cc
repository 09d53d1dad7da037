#include "query/used_columns.h"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>

namespace tetrascope::plan {
namespace {

/// The names that the stages mention, up to the first one that says which columns there are from then on.
class Mentioned {
 public:
  /// False: there is no such stage, so every column is part of the answer.
  bool walk(const std::vector<Stage>& stages) {
    for (const Stage& stage : stages) {
      std::visit([&](const auto& any) { of(any); }, stage);
      if (std::holds_alternative<Aggregate>(stage) || std::holds_alternative<Project>(stage)) return true;
    }
    return false;
  }
  [[nodiscard]] bool has(std::string_view name) const { return names_.contains(name); }

 private:
  void of(const Filter& filter) { of(filter.condition); }
  void of(const Compute& compute) { of(compute.columns); }
  void of(const Parse& parse) { of(parse.input); }
  void of(const Aggregate& aggregate) {
    of(aggregate.keys);
    for (const AggregateCall& call : aggregate.calls) {
      of(call.argument);
      of(call.where);
    }
    names_.insert(aggregate.weight);
    names_.insert(aggregate.time);
  }
  void of(const Sort& sort) {
    for (const SortKey& key : sort.keys) of(key.expr);
  }
  void of(const Limit& limit) { names_.insert(limit.by.begin(), limit.by.end()); }
  void of(const Dedup& dedup) { names_.insert(dedup.columns.begin(), dedup.columns.end()); }
  void of(const Project& project) { names_.insert(project.columns.begin(), project.columns.end()); }
  void of(const Unnest& unnest) { names_.insert(unnest.column); }
  void of(const Join& join) {
    for (const auto& [left, right] : join.keys) names_.insert(left);
  }
  void of(const Window& window) {
    for (const WindowCall& call : window.calls) of(call.argument);
    names_.insert(window.by.begin(), window.by.end());
  }
  void of(const std::vector<Named>& columns) {
    for (const Named& named : columns) of(named.expr);
  }
  void of(const ExprPtr& expr) {
    if (!expr) return;
    if (const auto* field = std::get_if<Field>(&expr->node)) names_.insert(field->name);
    if (const auto* in = std::get_if<InPlan>(&expr->node)) of(in->needle);
    if (const auto* call = std::get_if<Call>(&expr->node)) {
      for (const ExprPtr& argument : call->arguments) of(argument);
    }
  }

  std::set<std::string, std::less<>> names_;
};

}  // namespace

std::vector<std::size_t> used_columns(const std::vector<Named>& columns, const std::vector<Stage>& stages) {
  Mentioned mentioned;
  const bool some = mentioned.walk(stages);
  std::vector<std::size_t> used;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (!some || mentioned.has(columns[c].name)) used.push_back(c);
  }
  if (used.empty()) used.push_back(0);
  return used;
}

bool mentions(const std::vector<Stage>& stages, std::string_view name) {
  Mentioned mentioned;
  mentioned.walk(stages);
  return mentioned.has(name);
}

}  // namespace tetrascope::plan
