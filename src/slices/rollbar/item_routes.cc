#include "slices/rollbar/item_routes.h"

#include <fmt/core.h>

#include <algorithm>

#include "model/members.h"
#include "slices/rollbar/item_change.h"
#include "slices/rollbar/item_filter.h"
#include "slices/rollbar/item_json.h"
#include "slices/rollbar/item_reads.h"

namespace tetrascope::rollbar {
namespace {

constexpr std::int64_t kItemsOfPage = 100;

Result<Response> answer_item(State& state, const Project& project, const Item& item) {
  ASSIGN_OR_RETURN(const auto counts, counts_of(state, project, {item}));
  const auto found = counts.find(item.id);
  return success(item_json(item, found == counts.end() ? ItemCounts{} : found->second, UnixNanos::now()));
}

Result<Response> list_items(State& state, const Request& request, const Caller& caller) {
  ASSIGN_OR_RETURN(const ItemFilter filter, parse_item_filter(request));
  ASSIGN_OR_RETURN(const Page page, page_of(request, kItemsOfPage));
  ASSIGN_OR_RETURN(auto items, items_of(state, caller.project));
  const UnixNanos now = UnixNanos::now();
  std::erase_if(items, [&](const Item& item) { return !filter.takes(item, now); });
  ASSIGN_OR_RETURN(const CountsOfItems counts, counts_of(state, caller.project, items));
  const auto counts_of_item = [&](const Item& item) {
    const auto found = counts.find(item.id);
    return found == counts.end() ? ItemCounts{} : found->second;
  };
  std::ranges::sort(items, std::greater<>(), [&](const Item& item) {
    const ItemCounts seen = counts_of_item(item);
    return std::pair(seen.total > 0 ? seen.last_time : item.activated, item.id);
  });
  Array shown;
  for (std::uint64_t i = page.offset(); i < items.size() && shown.size() < page.limit; ++i)
    shown.push_back(item_json(items[i], counts_of_item(items[i]), now));
  return success(Object{
      {"page", page.number}, {"total_count", static_cast<std::int64_t>(items.size())}, {"items", std::move(shown)}});
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// 32 hex digits, with dashes or without.
bool is_uuid(std::string_view text) {
  const auto digits = std::ranges::count_if(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
  const auto dashes = std::ranges::count(text, '-');
  return digits == 32 && static_cast<std::size_t>(digits + dashes) == text.size();
}

Result<Response> item_by_uuid(State& state, const Caller& caller, std::string_view uuid) {
  if (!is_uuid(uuid)) return fail(ErrorCode::kMalformed, "Invalid UUID format");
  InstanceQuery query;
  query.uuid = uuid;
  query.limit = 1;
  ASSIGN_OR_RETURN(const auto instances, instances_of(state, caller.project, query));
  if (instances.empty()) return fail(ErrorCode::kNotFound, "UUID did not match any occurrence");
  ASSIGN_OR_RETURN(const Item item, item_of(state, caller.project, instances.front().item));
  return answer_item(state, caller.project, item);
}

Result<Item> item_by_counter(State& state, const Caller& caller, std::string_view text) {
  ASSIGN_OR_RETURN(const std::int64_t counter, whole_number(text, "counter"));
  if (caller.project.is_opentelemetry()) {
    if (const auto all = items_of(state, caller.project); !all) return std::unexpected(all.error());
  }
  ASSIGN_OR_RETURN(auto item, state.items.find_by_counter(caller.project.id, counter));
  if (!item) return fail(ErrorCode::kNotFound, "Item not found in this project.");
  return *std::move(item);
}

/// GET /item?uuid= and ?counter= .
Result<Response> look_up_item(State& state, const Request& request, const Caller& caller) {
  if (const auto uuid = request.query_value("uuid")) return item_by_uuid(state, caller, *uuid);
  if (const auto counter = request.query_value("counter")) {
    ASSIGN_OR_RETURN(const Item item, item_by_counter(state, caller, *counter));
    return answer_item(state, caller.project, item);
  }
  return fail(ErrorCode::kMalformed, "uuid or counter is required.");
}

Result<Response> get_item(State& state, const Request& request, const Caller& caller) {
  const std::string& id = request.captures.at(0);
  if (!is_number(id)) return item_by_uuid(state, caller, id);
  ASSIGN_OR_RETURN(const std::int64_t number, whole_number(id, "item id"));
  ASSIGN_OR_RETURN(const Item item, item_of(state, caller.project, number));
  return answer_item(state, caller.project, item);
}

/// 301 to the item; clients follow it and keep their token.
Result<Response> redirect_to_item(State& state, const Request& request, const Caller& caller) {
  ASSIGN_OR_RETURN(const Item item, item_by_counter(state, caller, request.captures.at(0)));
  const std::string path = fmt::format("/api/1/item/{}", item.id);
  std::string location = path;
  // A token or project in the query string has to come along: only headers do so by themselves.
  location += fmt::format("?project_id={}", caller.project.id);
  if (request.query_value("access_token")) location += "&access_token=" + caller.token.token;
  const std::string_view host = request.headers.get("Host");
  const std::string base = host.empty() ? state.middle.settings.public_url : "http://" + std::string(host);
  Response response =
      success(Object{{"itemId", item.id}, {"path", fmt::format("/item/{}", item.id)}, {"uri", base + path}});
  response.status = 301;
  response.headers.add("Location", location);
  return response;
}

Result<Response> change_item(State& state, const Request& request, const Caller& caller) {
  ASSIGN_OR_RETURN(const std::int64_t id, whole_number(request.captures.at(0), "item id"));
  ASSIGN_OR_RETURN(const Value fields, body_fields(request));
  ASSIGN_OR_RETURN(ItemChange change, read_item_change(fields));
  if (!change.resolved_in_version.empty() && !caller.project.is_opentelemetry()) {
    ASSIGN_OR_RETURN(change.versions_before, versions_of_item(state.middle.runner, id));
  }
  const UnixNanos now = UnixNanos::now();
  const auto changed = state.items.update(caller.project.id, id, [&](Item& item) { return apply(change, now, item); });
  if (!changed) return std::unexpected(changed.error());
  return success(change.echo);
}

}  // namespace

void add_item_routes(const StatePtr& state, std::vector<Route>& routes) {
  routes.push_back(project_route(state, "GET", "/api/1/items", "read", list_items));
  routes.push_back(project_route(state, "GET", "/api/1/item", "read", look_up_item));
  routes.push_back(project_route(state, "GET", "/api/1/item/{id}", "read", get_item));
  routes.push_back(project_route(state, "GET", "/api/1/item_by_counter/{counter}", "read", redirect_to_item));
  routes.push_back(project_route(state, "PATCH", "/api/1/item/{id}", "write", change_item));
}

}  // namespace tetrascope::rollbar
