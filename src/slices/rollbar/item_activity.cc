#include "slices/rollbar/item_activity.h"

#include "slices/rollbar/occurrence_rows.h"
#include "slices/rollbar/otel_errors.h"
#include "slices/rollbar/plans.h"

namespace tetrascope::rollbar {

Result<std::vector<Activity>> activity_of(State& state, const Project& project, const plan::TimeRange& range,
                                          std::int64_t width) {
  if (project.is_opentelemetry()) return otel_activity(state, project, range, width);
  plan::TableRead read;
  read.table = plan::Table::kOccurrences;
  read.columns = {{"item", int_attribute(attributes::kItem)}, {"time", plan::column("time")}};
  read.where = equals(int_attribute(attributes::kProject), project.id);
  plan::Aggregate aggregate;
  aggregate.keys = {
      {"item", plan::field("item")},
      {"start", plan::call(plan::Function::kTimeBucket, {plan::field("time"), plan::literal(Value(width))})}};
  aggregate.calls = {{"count", plan::AggregateOp::kCount, nullptr, nullptr}};
  ASSIGN_OR_RETURN(const auto answer, state.middle.runner.run({range, {read}, {std::move(aggregate)}}));
  std::vector<Activity> activity;
  for (const auto& row : answer.rows)
    activity.push_back({int_cell(row[0]), UnixNanos{int_cell(row[1])}, int_cell(row[2])});
  return activity;
}

}  // namespace tetrascope::rollbar
