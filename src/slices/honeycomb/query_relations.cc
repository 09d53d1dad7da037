#include "slices/honeycomb/query_relations.h"

#include <fmt/core.h>

#include <array>
#include <limits>

#include "slices/honeycomb/formula_values.h"
#include "slices/honeycomb/query_filter.h"

namespace tetrascope::honeycomb {
namespace {

using plan::ExprPtr;
using plan::field;
using plan::literal;
using F = plan::Function;

/// Rows of a trace are looked for this much before and after the range: a root begins before its children.
constexpr std::int64_t kTraceReach = 3'600 * kNanosPerSecond;

struct RelationPrefix {
  std::string_view prefix;
  Relation relation;
};
constexpr std::array kRelationPrefixes = {
    RelationPrefix{"root.", Relation::kRoot},   RelationPrefix{"parent.", Relation::kParent},
    RelationPrefix{"child.", Relation::kChild}, RelationPrefix{"any.", Relation::kAny},
    RelationPrefix{"any2.", Relation::kAny2},   RelationPrefix{"any3.", Relation::kAny3},
    RelationPrefix{"none.", Relation::kNone},
};

ExprPtr no_id(std::size_t bytes) { return literal(Value(Bytes{std::string(bytes, '\0')})); }
ExprPtr id_field(std::string_view name) { return field(std::string(name)); }

plan::TimeRange reach_of(Relation relation, plan::TimeRange range) {
  using Limits = std::numeric_limits<std::int64_t>;
  const bool before = relation != Relation::kChild;
  const bool after = relation != Relation::kRoot && relation != Relation::kParent;
  if (before && range.from.value > Limits::min() + kTraceReach) range.from.value -= kTraceReach;
  if (after && range.to.value < Limits::max() - kTraceReach) range.to.value += kTraceReach;
  return range;
}

/// Ids of the query's row, and the related row's that equals them. Those of the related row are not brought along.
std::vector<std::pair<std::string, std::string>> keys_of(Relation relation) {
  const std::string trace(RowReader::kTraceId);
  const std::string span(RowReader::kSpanId);
  const std::string parent(RowReader::kParentId);
  switch (relation) {
    case Relation::kParent:
      return {{trace, trace}, {parent, span}};
    case Relation::kChild:
      return {{trace, trace}, {span, parent}};
    default:
      return {{trace, trace}};
  }
}

}  // namespace

std::optional<RelatedName> related_name(std::string_view name) {
  for (const auto& [prefix, relation] : kRelationPrefixes) {
    if (name.starts_with(prefix) && name.size() > prefix.size())
      return RelatedName{relation, name.substr(prefix.size())};
  }
  return std::nullopt;
}

RelatedRows::Group::Group(const RelatedSource& source, Relation relation)
    : rows(source.fields, source.selection, source.overrides), fields(rows, source.calculated) {
  rows.use_ids();
  if (is_any(relation) || relation == Relation::kNone) {
    rows.only_of_traces();
  } else {
    rows.only_spans();
  }
}

RelatedRows::Group& RelatedRows::group(Relation relation) {
  auto& group = groups_[relation];
  if (!group) group = std::make_unique<Group>(source_, relation);
  return *group;
}

void RelatedRows::filter(const FilterSpec& filter) {
  const RelatedName name = *related_name(filter.column);
  Group& rows = group(name.relation);
  FilterSpec own = filter;
  own.column = name.column;
  rows.conditions.push_back(filter_condition(own, rows.fields));
}

std::string RelatedRows::use(std::string_view name) {
  const auto [relation, column] = *related_name(name);
  Group& rows = group(relation);
  if (const auto found = rows.columns.find(column); found != rows.columns.end()) return found->second.name;
  Group::Brought brought{rows.fields.use(column, RowReader::Aspect::kValue),
                         fmt::format("r{}_{}", static_cast<int>(relation), rows.columns.size())};
  return rows.columns.emplace(column, std::move(brought)).first->second.name;
}

Result<void> RelatedRows::check(std::string_view name) {
  const RelatedName related = *related_name(name);
  return group(related.relation).fields.check(related.column);
}

plan::Plan RelatedRows::plan_of(Relation relation, const Group& group, plan::TimeRange range) {
  plan::Plan plan{reach_of(relation, range), group.rows.reads(), {}};
  for (const auto& stage : group.fields.stages()) plan.stages.emplace_back(stage);
  // What lies in no trace is related to nothing.
  ExprPtr condition = plan::call(F::kNe, {id_field(RowReader::kTraceId), no_id(16)});
  if (relation == Relation::kRoot)
    condition = plan::both(condition, plan::call(F::kEq, {id_field(RowReader::kParentId), no_id(8)}));
  if (relation == Relation::kParent)
    condition = plan::both(condition, plan::call(F::kNe, {id_field(RowReader::kSpanId), no_id(8)}));
  if (relation == Relation::kChild)
    condition = plan::both(condition, plan::call(F::kNe, {id_field(RowReader::kParentId), no_id(8)}));
  for (const ExprPtr& one : group.conditions) condition = plan::both(condition, one);
  plan.stages.emplace_back(plan::Filter{std::move(condition)});
  plan::Compute named;
  plan::Project kept;
  for (const auto& key : keys_of(relation)) kept.columns.push_back(key.second);
  for (const auto& [column, brought] : group.columns) {
    named.columns.push_back({brought.name, field(brought.field)});
    kept.columns.push_back(brought.name);
  }
  if (!named.columns.empty()) plan.stages.emplace_back(std::move(named));
  plan.stages.emplace_back(std::move(kept));
  return plan;
}

std::vector<plan::Stage> RelatedRows::stages(plan::TimeRange range) const {
  std::vector<plan::Stage> stages;
  for (const auto& [relation, group] : groups_) {
    plan::Plan right = plan_of(relation, *group, range);
    if (relation == Relation::kNone) {
      const ExprPtr found = plan::in_plan(id_field(RowReader::kTraceId), std::move(right));
      stages.emplace_back(plan::Filter{plan::call(F::kNot, {surely(found)})});
      continue;
    }
    const bool must_match = !group->conditions.empty();
    stages.emplace_back(plan::Join{.kind = must_match ? plan::JoinKind::kInner : plan::JoinKind::kLeft,
                                   .right = std::make_shared<const plan::Plan>(std::move(right)),
                                   .keys = keys_of(relation)});
  }
  return stages;
}

}  // namespace tetrascope::honeycomb
