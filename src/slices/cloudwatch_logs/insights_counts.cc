#include "slices/cloudwatch_logs/insights_counts.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::ExprPtr;
using plan::field;

plan::AggregateCall count_of(std::string name) {
  return {.name = std::move(name), .op = plan::AggregateOp::kCount, .argument = {}, .where = {}};
}

bool cuts(const plan::Stage& stage) {
  return std::holds_alternative<plan::Limit>(stage) || std::holds_alternative<plan::Dedup>(stage) ||
         std::holds_alternative<plan::Unnest>(stage) || std::holds_alternative<plan::Aggregate>(stage) ||
         std::holds_alternative<plan::Join>(stage) || std::holds_alternative<plan::Window>(stage);
}

}  // namespace

std::span<const plan::Stage> counted_stages(std::span<const plan::Stage> stages) {
  return stages.first(static_cast<std::size_t>(std::ranges::find_if(stages, cuts) - stages.begin()));
}

/// All rows are looked at once: those that filters let pass are counted beside the others.
plan::Plan counted_plan(plan::TimeRange range, plan::TableRead read, std::span<const plan::Stage> stages) {
  read.columns.push_back({"size", plan::call(plan::Function::kByteLength, {plan::column("body")})});
  plan::AggregateCall bytes;
  bytes.name = "bytes";
  bytes.op = plan::AggregateOp::kSum;
  bytes.argument = field("size");
  plan::Aggregate aggregate{{}, {count_of("count"), bytes}, {}, {}};
  plan::Plan plan{range, {}, {}};
  ExprPtr passes;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (std::holds_alternative<plan::Sort>(stages[i])) continue;
    const auto* filter = std::get_if<plan::Filter>(&stages[i]);
    if (filter == nullptr) {
      plan.stages.push_back(stages[i]);
      continue;
    }
    const std::string column = fmt::format("pass{}", i);
    plan.stages.emplace_back(plan::Compute{{{column, filter->condition}}});
    passes = plan::both(std::move(passes), field(column));
  }
  if (passes) {
    aggregate.calls.push_back(count_of("matched"));
    aggregate.calls.back().where = std::move(passes);
  } else {
    read.columns.erase(read.columns.begin(), read.columns.end() - 1);
    plan.stages.clear();
  }
  plan.reads.push_back(std::move(read));
  plan.stages.emplace_back(std::move(aggregate));
  return plan;
}

}  // namespace tetrascope::cloudwatch_logs
