#include "slices/rollbar/instance_routes.h"

#include <fmt/core.h>

#include <limits>

#include "model/members.h"
#include "slices/rollbar/item_reads.h"

namespace tetrascope::rollbar {
namespace {

constexpr std::int64_t kInstancesOfPage = 20;
constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

/// `lastId` goes before `page`: the ones older than it. The MCP server writes `last_id`.
Result<Response> list_instances(State& state, const Request& request, const Caller& caller,
                                std::optional<std::int64_t> item) {
  ASSIGN_OR_RETURN(const Page page, page_of(request, kInstancesOfPage));
  InstanceQuery query;
  query.item = item;
  query.limit = page.limit;
  ASSIGN_OR_RETURN(query.before, number_parameter(request, "lastId", 0, 0, kLargest));
  ASSIGN_OR_RETURN(const std::int64_t last_id, number_parameter(request, "last_id", 0, 0, kLargest));
  if (query.before == 0) query.before = last_id;
  if (query.before == 0) query.offset = page.offset();
  ASSIGN_OR_RETURN(const auto instances, instances_of(state, caller.project, query));
  std::string list = fmt::format(R"({{"page":{},"instances":[)", page.number);
  for (const Instance& instance : instances) {
    if (&instance != &instances.front()) list += ',';
    list += instance_json(instance);
  }
  return success_json(list + "]}");
}

Result<Response> list_of_project(State& state, const Request& request, const Caller& caller) {
  return list_instances(state, request, caller, std::nullopt);
}

Result<Response> list_of_item(State& state, const Request& request, const Caller& caller) {
  ASSIGN_OR_RETURN(const std::int64_t id, whole_number(request.captures.at(0), "item id"));
  ASSIGN_OR_RETURN(const Item item, item_of(state, caller.project, id));
  return list_instances(state, request, caller, item.id);
}

Result<Response> get_instance(State& state, const Request& request, const Caller& caller) {
  const std::string& id = request.captures.at(0);
  InstanceQuery query;
  query.limit = 1;
  if (id.find_first_not_of("0123456789") == std::string::npos) {
    ASSIGN_OR_RETURN(query.id, whole_number(id, "instance id"));
  } else {
    query.uuid = id;
  }
  ASSIGN_OR_RETURN(const auto instances, instances_of(state, caller.project, query));
  if (instances.empty()) return fail(ErrorCode::kNotFound, "Not found");
  return success_json(instance_json(instances.front()));
}

}  // namespace

void add_instance_routes(const StatePtr& state, std::vector<Route>& routes) {
  routes.push_back(project_route(state, "GET", "/api/1/instances", "read", list_of_project));
  routes.push_back(project_route(state, "GET", "/api/1/item/{id}/instances", "read", list_of_item));
  routes.push_back(project_route(state, "GET", "/api/1/instance/{id}", "read", get_instance));
}

}  // namespace tetrascope::rollbar
