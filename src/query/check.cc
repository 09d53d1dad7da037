#include "query/check.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "query/attribute_sql.h"
#include "query/checker.h"
#include "query/functions.h"
#include "query/types.h"
#include "query/writer.h"

namespace tetrascope::plan {
namespace {

std::string_view stage_name(const Stage& stage) {
  static constexpr std::string_view kNames[] = {"filter", "compute", "parse",  "aggregate", "sort",  "limit",
                                                "dedup",  "project", "unnest", "join",      "window"};
  return kNames[stage.index()];
}

/// Puts `column` in the place of the one of its name, or at the end.
void put(std::vector<OutputColumn>& columns, OutputColumn column) {
  const auto found = std::ranges::find(columns, column.name, &OutputColumn::name);
  if (found == columns.end()) {
    columns.push_back(std::move(column));
  } else {
    found->type = column.type;
  }
}

Result<void> all_known(const std::vector<std::string>& names, const std::vector<OutputColumn>& columns) {
  if (names.size() > kMaxColumns) return invalid(fmt::format("{} columns, want at most {}", names.size(), kMaxColumns));
  for (const std::string& name : names) {
    if (find(columns, name) == nullptr) return invalid("no column " + quoted(name));
  }
  return {};
}

}  // namespace

const OutputColumn* find(const std::vector<OutputColumn>& columns, std::string_view name) {
  const auto found = std::ranges::find(columns, name, &OutputColumn::name);
  return found == columns.end() ? nullptr : &*found;
}

std::string quoted(std::string_view name) {
  constexpr std::size_t kShown = 100;
  return fmt::format("'{}{}'", name.substr(0, kShown), name.size() > kShown ? "…" : "");
}

std::unexpected<Error> at(std::string_view place, Error error) {
  return fail(error.code, fmt::format("{}: {}", place, error.message));
}

Result<Checker::Columns> Checker::named(const std::vector<Named>& named, const Scope& scope, std::string_view what) {
  if (named.size() > kMaxColumns) return invalid(fmt::format("{} columns, want at most {}", named.size(), kMaxColumns));
  Columns columns;
  std::set<std::string_view> names;
  for (const Named& one : named) {
    const std::string place = fmt::format("{} {}", what, quoted(one.name));
    RETURN_IF_ERROR(text(one.name));
    if (!names.insert(one.name).second) return invalid(place + ": named twice");
    auto type = expr(one.expr, scope);
    if (!type) return at(place, std::move(type).error());
    columns.push_back({one.name, *type});
  }
  return columns;
}

Result<Checker::Columns> Checker::read(const TableRead& read, int depth) {
  if (read.columns.empty()) return invalid("read: no columns");
  for (const std::string& name : read.unnest) {
    const std::optional<ColumnLayout> column = find_column(read.table, name);
    if (!column || !is_array(column->type)) return invalid("read: no list " + quoted(name));
    if (attributes_beside(name) != attributes_beside(read.unnest.front())) {
      return invalid(
          fmt::format("read: {} and {} do not open side by side", quoted(read.unnest.front()), quoted(name)));
    }
  }
  const Scope scope{&read, nullptr, depth};
  ASSIGN_OR_RETURN(Columns columns, named(read.columns, scope, "column"));
  if (read.where) {
    if (auto ok = condition(read.where, scope); !ok) return at("where", std::move(ok).error());
  }
  return columns;
}

Result<Checker::Columns> Checker::plan(const Plan& plan, int depth) {
  if (depth > kMaxSubPlanDepth) return invalid(fmt::format("plans inside plans deeper than {}", kMaxSubPlanDepth));
  if (plan.reads.empty() || plan.reads.size() > kMaxReads) {
    return invalid(fmt::format("{} reads, want 1 to {}", plan.reads.size(), kMaxReads));
  }
  ASSIGN_OR_RETURN(Columns columns, read(plan.reads.front(), depth));
  for (std::size_t i = 1; i < plan.reads.size(); ++i) {
    ASSIGN_OR_RETURN(const Columns more, read(plan.reads[i], depth));
    if (more.size() != columns.size()) return invalid("reads: different columns");
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const std::optional<Type> met = meet(columns[c].type, more[c].type);
      if (columns[c].name != more[c].name)
        return invalid(fmt::format("reads: column {} is {} elsewhere", quoted(more[c].name), quoted(columns[c].name)));
      if (!met)
        return invalid(fmt::format("reads: column {} is {} and {}", quoted(columns[c].name),
                                   type_words(columns[c].type), type_words(more[c].type)));
      columns[c].type = *met;
    }
  }
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    if (++stages_ > kMaxStages) return invalid(fmt::format("more than {} stages", kMaxStages));
    auto ok = std::visit([&](const auto& one) { return stage(one, columns, depth); }, plan.stages[i]);
    if (!ok) return at(stage_name(plan.stages[i]), std::move(ok).error());
    if (columns.size() > kMaxColumns) return invalid(fmt::format("more than {} columns", kMaxColumns));
  }
  return columns;
}

Result<void> Checker::stage(const Filter& filter, Columns& columns, int depth) {
  return condition(filter.condition, Scope{nullptr, &columns, depth});
}

Result<void> Checker::stage(const Compute& compute, Columns& columns, int depth) {
  ASSIGN_OR_RETURN(Columns added, named(compute.columns, Scope{nullptr, &columns, depth}, "column"));
  for (OutputColumn& column : added) put(columns, std::move(column));
  return {};
}

Result<void> Checker::stage(const Parse& parse, Columns& columns, int depth) {
  ASSIGN_OR_RETURN(const Type type, expr(parse.input, Scope{nullptr, &columns, depth}));
  if (type != Type::kString) return invalid(fmt::format("input is {}, want text", type_words(type)));
  RETURN_IF_ERROR(text(parse.pattern));
  ASSIGN_OR_RETURN(const int groups, count_groups(parse.pattern));
  if (groups == 0 || static_cast<std::size_t>(groups) != parse.names.size()) {
    return invalid(fmt::format("{} groups for {} names", groups, parse.names.size()));
  }
  std::set<std::string_view> names;
  for (const std::string& name : parse.names) {
    RETURN_IF_ERROR(text(name));
    if (!names.insert(name).second) return invalid(quoted(name) + " named twice");
    put(columns, {name, Type::kString});
  }
  return {};
}

Result<void> Checker::stage(const Aggregate& aggregate, Columns& columns, int depth) {
  const Scope scope{nullptr, &columns, depth};
  if (aggregate.keys.empty() && aggregate.calls.empty()) return invalid("no keys and no calls");
  if (!aggregate.weight.empty()) {
    const OutputColumn* weight = find(columns, aggregate.weight);
    if (weight == nullptr || weight->type != Type::kInt)
      return invalid("weight: no integer column " + quoted(aggregate.weight));
  }
  ASSIGN_OR_RETURN(Columns out, named(aggregate.keys, scope, "key"));
  RETURN_IF_ERROR(rollups(aggregate, out));
  for (const AggregateCall& call : aggregate.calls) {
    RETURN_IF_ERROR(text(call.name));
    if (find(out, call.name) != nullptr) return invalid(quoted(call.name) + " named twice");
    auto type = aggregate_call(call, aggregate, scope);
    if (!type) return at(quoted(call.name), std::move(type).error());
    out.push_back({call.name, *type});
    if (out.size() > kMaxColumns) return invalid(fmt::format("more than {} columns", kMaxColumns));
  }
  columns = std::move(out);
  return {};
}

Result<void> Checker::stage(const Sort& sort, Columns& columns, int depth) {
  if (sort.keys.empty() || sort.keys.size() > kMaxColumns) return invalid(fmt::format("{} keys", sort.keys.size()));
  for (const SortKey& key : sort.keys) {
    ASSIGN_OR_RETURN(const Type type, expr(key.expr, Scope{nullptr, &columns, depth}));
    if (is_array(type)) return invalid(fmt::format("key is {}", type_words(type)));
  }
  return {};
}

Result<void> Checker::stage(const Limit& limit, Columns& columns, int /*depth*/) {
  if (limit.count > kMaxLimit || limit.offset > kMaxLimit) return invalid(fmt::format("more than {} rows", kMaxLimit));
  return all_known(limit.by, columns);
}

Result<void> Checker::stage(const Dedup& dedup, Columns& columns, int /*depth*/) {
  if (dedup.columns.empty()) return invalid("no columns");
  return all_known(dedup.columns, columns);
}

Result<void> Checker::stage(const Project& project, Columns& columns, int /*depth*/) {
  if (project.columns.empty()) return invalid("no columns");
  RETURN_IF_ERROR(all_known(project.columns, columns));
  Columns kept;
  for (const std::string& name : project.columns) {
    if (find(kept, name) != nullptr) return invalid(quoted(name) + " named twice");
    kept.push_back(*find(columns, name));
  }
  columns = std::move(kept);
  return {};
}

Result<void> Checker::stage(const Unnest& unnest, Columns& columns, int /*depth*/) {
  const auto column = std::ranges::find(columns, unnest.column, &OutputColumn::name);
  if (column == columns.end() || !is_array(column->type)) return invalid("no list " + quoted(unnest.column));
  column->type = element_type(column->type);
  return {};
}

Result<void> Checker::stage(const Join& join, Columns& columns, int depth) {
  if (!join.right || join.keys.empty() || join.keys.size() > kMaxColumns) return invalid("no right side or no keys");
  ASSIGN_OR_RETURN(const Columns right, plan(*join.right, depth + 1));
  std::set<std::string_view> right_keys;
  for (const auto& [left_name, right_name] : join.keys) {
    const OutputColumn* left = find(columns, left_name);
    const OutputColumn* other = find(right, right_name);
    if (left == nullptr) return invalid("left side: no column " + quoted(left_name));
    if (other == nullptr) return invalid("right side: no column " + quoted(right_name));
    if (left->type != other->type || is_array(left->type)) {
      return invalid(fmt::format("keys {} and {}: {} and {}", quoted(left_name), quoted(right_name),
                                 type_words(left->type), type_words(other->type)));
    }
    right_keys.insert(right_name);
  }
  for (const OutputColumn& column : right) {
    if (right_keys.contains(column.name)) continue;
    if (find(columns, column.name) != nullptr) return invalid(quoted(column.name) + " stands on both sides");
    columns.push_back(column);
  }
  return {};
}

Result<void> Checker::stage(const Window& window, Columns& columns, int depth) {
  if (window.calls.empty() || window.calls.size() > kMaxColumns)
    return invalid(fmt::format("{} calls", window.calls.size()));
  RETURN_IF_ERROR(all_known(window.by, columns));
  Columns added;
  for (const WindowCall& call : window.calls) {
    RETURN_IF_ERROR(text(call.name));
    Type type = Type::kInt;
    if (call.op == WindowOp::kRowNumber ? call.argument != nullptr : call.argument == nullptr)
      return invalid(quoted(call.name) + ": a number of the row has no argument, and anything else has one");
    if (call.argument) {
      ASSIGN_OR_RETURN(type, expr(call.argument, Scope{nullptr, &columns, depth}));
    }
    const bool fits = call.op == WindowOp::kRunningSum ? is_number(type) : !is_array(type);
    if (!fits) return invalid(fmt::format("{} is of {}", quoted(call.name), type_words(type)));
    if (call.distance > kMaxLimit) return invalid(fmt::format("further back than {} rows", kMaxLimit));
    added.push_back({call.name, type});
  }
  for (OutputColumn& column : added) put(columns, std::move(column));
  return {};
}

Result<std::vector<OutputColumn>> check(const Plan& plan) {
  Checker checker;
  ASSIGN_OR_RETURN(std::vector<OutputColumn> columns, checker.plan(plan, 0));
  ASSIGN_OR_RETURN([[maybe_unused]] const WrittenPlan written,
                   Writer::write(plan, Quantiles::kExact, AttributeLayouts()));
  return columns;
}

}  // namespace tetrascope::plan
