#include "slices/rollbar/item_reads.h"

#include "slices/rollbar/otel_errors.h"

namespace tetrascope::rollbar {

Result<std::vector<Item>> items_of(State& state, const Project& project) {
  if (project.is_opentelemetry()) RETURN_IF_ERROR(update_otel_items(state, project));
  return state.items.list(project.id);
}

Result<Item> item_of(State& state, const Project& project, std::int64_t id) {
  if (project.is_opentelemetry()) RETURN_IF_ERROR(update_otel_items(state, project));
  ASSIGN_OR_RETURN(auto item, state.items.find(project.id, id));
  if (!item) return fail(ErrorCode::kNotFound, "Item not found in this project.");
  return *std::move(item);
}

Result<CountsOfItems> counts_of(State& state, const Project& project, const std::vector<Item>& items) {
  if (items.empty()) return CountsOfItems();
  if (project.is_opentelemetry()) return count_otel_occurrences(state.middle.runner, project, items);
  return count_occurrences(state.middle.runner, project, items);
}

Result<std::vector<Instance>> instances_of(State& state, const Project& project, const InstanceQuery& query) {
  if (project.is_opentelemetry()) return read_otel_instances(state, project, query);
  return read_instances(state.middle.runner, project, query);
}

}  // namespace tetrascope::rollbar
