#include "slices/rollbar/page_items.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <utility>

#include "model/members.h"
#include "slices/page/answers.h"
#include "slices/page/parameters.h"
#include "slices/page/steps.h"
#include "slices/rollbar/calls.h"
#include "slices/rollbar/item_change.h"
#include "slices/rollbar/item_json.h"
#include "slices/rollbar/item_reads.h"
#include "slices/rollbar/page_item_reads.h"

namespace tetrascope::rollbar {
namespace {

using ui::exact;

constexpr std::int64_t kMostItemsOfPage = 500, kMostOccurrences = 50;
constexpr std::size_t kMaxBody = std::size_t{64} << 10;

struct ListFilter {
  std::string status, level, environment, text;
  std::int64_t project = 0;

  [[nodiscard]] bool takes(const Item& item) const {
    const auto is = [](const std::string& wanted, const std::string& value) {
      return wanted.empty() || wanted == value;
    };
    return is(status, item.status) && is(level, item.level) && is(environment, item.environment) &&
           contains_folded(item.title, text);
  }
};

/// An item of the list, with what is counted of it.
struct Row {
  const Project* project = nullptr;
  Item item;
  ItemCounts counts;
  ui::Series series;

  [[nodiscard]] UnixNanos last() const { return counts.total > 0 ? counts.last_time : item.activated; }
};

Value instant_or_null(UnixNanos time) { return time.value == 0 ? Value() : exact(time); }

Value row_json(const Row& row) {
  const Item& item = row.item;
  std::int64_t in_range = 0;
  for (const std::int64_t count : row.series) in_range += count;
  return Object{{"project", item.project},
                {"project_name", row.project->name},
                {"origin", row.project->is_opentelemetry() ? "otlp" : "rollbar"},
                {"id", item.id},
                {"counter", item.counter},
                {"title", item.title},
                {"level", item.level},
                {"status", item.status},
                {"environment", item.environment},
                {"framework", framework_name(item.framework, item.language)},
                {"language", item.language},
                {"occurrences", row.counts.total},
                {"addresses", row.counts.unique_ips},
                {"first", exact(item.created)},
                {"last", exact(row.last())},
                {"resolved", instant_or_null(item.resolved)},
                {"resolved_in_version", item.resolved_in_version},
                {"in_range", in_range},
                {"series", ui::series_json(row.series)}};
}

Result<ListFilter> read_filter(const Request& request) {
  ListFilter filter;
  filter.status = ui::read_text(request, "status");
  filter.level = ui::read_text(request, "level");
  filter.environment = ui::read_text(request, "environment");
  filter.text = ui::read_text(request, "text");
  ASSIGN_OR_RETURN(filter.project, ui::read_number(request, "project", 0, std::numeric_limits<std::int64_t>::max(), 0));
  return filter;
}

/// The items of one project that occurred in the range and fit.
Result<std::vector<Row>> rows_of(State& state, const Project& project, const ActivityOfItems& activity,
                                 const ui::Steps& steps, const ListFilter& filter) {
  std::vector<Row> rows;
  std::vector<Item> shown;
  ASSIGN_OR_RETURN(auto items, state.items.list(project.id));
  for (Item& item : items) {
    if (!activity.contains(item.id) || !filter.takes(item)) continue;
    shown.push_back(item);
    Row& row = rows.emplace_back(Row{&project, std::move(item), {}, ui::Series(steps.count())});
    for (const auto& [start, count] : activity.at(row.item.id)) row.series[steps.place(start.value)] += count;
  }
  ASSIGN_OR_RETURN(const CountsOfItems counts, counts_of(state, project, shown));
  for (Row& row : rows) {
    if (const auto found = counts.find(row.item.id); found != counts.end()) row.counts = found->second;
  }
  return rows;
}

Result<std::string> list_items(State& state, const Request& request) {
  RETURN_IF_ERROR(
      ui::check_names(request, {"last", "from", "to", "status", "level", "environment", "project", "text", "limit"}));
  ASSIGN_OR_RETURN(const plan::TimeRange range, read_items_range(request));
  ASSIGN_OR_RETURN(const ListFilter filter, read_filter(request));
  ASSIGN_OR_RETURN(const std::int64_t limit, ui::read_number(request, "limit", 1, kMostItemsOfPage, 100));
  const ui::Steps steps(range);
  ASSIGN_OR_RETURN(const auto projects, active_projects(state, range));
  std::vector<Row> rows;
  Array names;
  for (const Project& project : projects) {
    names.push_back(Object{
        {"id", project.id}, {"name", project.name}, {"origin", project.is_opentelemetry() ? "otlp" : "rollbar"}});
    if (filter.project != 0 && filter.project != project.id) continue;
    ASSIGN_OR_RETURN(const ActivityOfItems activity, activity_by_item(state, project, range, steps.width()));
    ASSIGN_OR_RETURN(auto more, rows_of(state, project, activity, steps, filter));
    std::ranges::move(more, std::back_inserter(rows));
  }
  std::ranges::sort(rows, std::greater<>(), [](const Row& row) { return std::pair(row.last(), row.item.id); });
  Array items;
  for (std::size_t i = 0; i < std::min(rows.size(), static_cast<std::size_t>(limit)); ++i)
    items.push_back(row_json(rows[i]));
  return to_json(Object{{"from", exact(range.from)},
                        {"to", exact(range.to)},
                        {"step", exact(steps.width())},
                        {"projects", std::move(names)},
                        {"total", static_cast<std::int64_t>(rows.size())},
                        {"items", std::move(items)}});
}

struct Place {
  Project project;
  Item item;
};

/// The item that the path names. Errors: kMalformed, kNotFound.
Result<Place> place_of(State& state, const Request& request) {
  ASSIGN_OR_RETURN(const std::int64_t project_id, whole_number(request.captures.at(0), "project"));
  ASSIGN_OR_RETURN(const std::int64_t item_id, whole_number(request.captures.at(1), "item"));
  ASSIGN_OR_RETURN(auto project, state.projects.find(project_id));
  if (!project) return fail(ErrorCode::kNotFound, "There is no such project.");
  ASSIGN_OR_RETURN(Item item, item_of(state, *project, item_id));
  return Place{*std::move(project), std::move(item)};
}

/// Of one item: `series` over the range.
Result<std::string> show_item(State& state, const Request& request) {
  RETURN_IF_ERROR(ui::check_names(request, {"last", "from", "to"}));
  ASSIGN_OR_RETURN(const plan::TimeRange range, read_items_range(request));
  ASSIGN_OR_RETURN(const Place place, place_of(state, request));
  const ui::Steps steps(range);
  Row row{&place.project, place.item, {}, ui::Series(steps.count())};
  ASSIGN_OR_RETURN(const CountsOfItems counts, counts_of(state, place.project, {place.item}));
  if (const auto found = counts.find(place.item.id); found != counts.end()) row.counts = found->second;
  ASSIGN_OR_RETURN(const ActivityOfItems activity, activity_by_item(state, place.project, range, steps.width()));
  if (const auto found = activity.find(place.item.id); found != activity.end()) {
    for (const auto& [start, count] : found->second) row.series[steps.place(start.value)] += count;
  }
  return to_json(Object{
      {"from", exact(range.from)}, {"to", exact(range.to)}, {"step", exact(steps.width())}, {"item", row_json(row)}});
}

/// Newest first; `before` is the id of the last one of the page before.
Result<std::string> list_occurrences(State& state, const Request& request) {
  RETURN_IF_ERROR(ui::check_names(request, {"before", "limit"}));
  InstanceQuery query;
  ASSIGN_OR_RETURN(query.before, ui::read_number(request, "before", 0, std::numeric_limits<std::int64_t>::max(), 0));
  ASSIGN_OR_RETURN(const std::int64_t limit, ui::read_number(request, "limit", 1, kMostOccurrences, 10));
  query.limit = static_cast<std::uint64_t>(limit) + 1;
  ASSIGN_OR_RETURN(const Place place, place_of(state, request));
  query.item = place.item.id;
  ASSIGN_OR_RETURN(auto instances, instances_of(state, place.project, query));
  const bool more = instances.size() > static_cast<std::size_t>(limit);
  if (more) instances.pop_back();
  ASSIGN_OR_RETURN(const TracesOfOccurrences traces, traces_of(state, place.project, instances));
  std::string out = "{\"before\":";
  out += more ? "\"" + std::to_string(instances.back().id) + "\"" : "null";
  out += ",\"occurrences\":[";
  for (const Instance& instance : instances) {
    if (out.back() != '[') out += ',';
    const auto trace = traces.find(instance.id);
    const Value head = Object{{"id", exact(instance.id)},
                              {"time", exact(instance.time)},
                              {"uuid", instance.uuid},
                              {"trace_id", trace == traces.end() ? std::string() : trace->second.trace_id},
                              {"span_id", trace == traces.end() ? std::string() : trace->second.span_id}};
    append_json(head, out);
    // What the client sent stays as it was sent.
    out.back() = ',';
    out += "\"instance\":" + instance_json(instance) + "}";
  }
  return out + "]}";
}

/// Body: {"status":"active|resolved|muted"}, and what else PATCH /api/1/item/{id} takes.
Result<std::string> change_item(State& state, const Request& request) {
  RETURN_IF_ERROR(ui::check_names(request, {}));
  ASSIGN_OR_RETURN(const Value fields, body_fields(request));
  ASSIGN_OR_RETURN(const ItemChange change, read_item_change(fields));
  ASSIGN_OR_RETURN(const Place place, place_of(state, request));
  const UnixNanos now = UnixNanos::now();
  ASSIGN_OR_RETURN(const Item changed, state.items.update(place.project.id, place.item.id,
                                                          [&](Item& item) { return apply(change, now, item); }));
  return to_json(Object{{"status", changed.status}});
}

Route route_of(const StatePtr& state, std::string method, std::string pattern,
               Result<std::string> (*answer)(State&, const Request&)) {
  Route route;
  route.method = std::move(method);
  route.pattern = "/api/v1/items" + std::move(pattern);
  route.body_limit = kMaxBody;
  Handler handler = [state, answer](Request&& request, Respond respond) {
    auto answered = answer(*state, request);
    respond(answered ? ui::json_answer(*std::move(answered)) : ui::error_answer(request, answered.error()));
  };
  route.handler = on_query_pool(state->middle, std::move(handler), ui::error_answer);
  return route;
}

}  // namespace

void add_page_item_routes(const StatePtr& state, std::vector<Route>& routes) {
  routes.push_back(route_of(state, "GET", "", list_items));
  routes.push_back(route_of(state, "GET", "/{project}/{item}", show_item));
  routes.push_back(route_of(state, "PATCH", "/{project}/{item}", change_item));
  routes.push_back(route_of(state, "GET", "/{project}/{item}/occurrences", list_occurrences));
}

}  // namespace tetrascope::rollbar
