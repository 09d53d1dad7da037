#include "slices/rollbar/report_routes.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "slices/rollbar/epoch_seconds.h"
#include "slices/rollbar/item_activity.h"
#include "slices/rollbar/item_json.h"

namespace tetrascope::rollbar {
namespace {

constexpr std::int64_t kHour = 3'600;
constexpr std::size_t kMostActive = 100;

/// The steps that end with the one of now: `count` of `width` seconds.
struct Steps {
  std::int64_t first = 0, width = 0, count = 0;  ///< seconds
  [[nodiscard]] plan::TimeRange range() const {
    return {UnixNanos{first * kNanosPerSecond}, UnixNanos{(first + count * width) * kNanosPerSecond}};
  }
  [[nodiscard]] std::size_t place(UnixNanos start) const {
    return static_cast<std::size_t>((start.value / kNanosPerSecond - first) / width);
  }
};
Steps steps_until_now(std::int64_t width, std::int64_t count) {
  const std::int64_t last = now_seconds() / width * width;
  return {last - (count - 1) * width, width, count};
}

bool takes_environment(const std::vector<std::string>& wanted, const Item& item) {
  return wanted.empty() || std::ranges::find(wanted, item.environment) != wanted.end();
}

Value counts_json(const Steps& steps, const std::vector<std::int64_t>& counts) {
  Array rows;
  for (std::size_t i = 0; i < counts.size(); ++i)
    rows.push_back(Array{Value(steps.first + static_cast<std::int64_t>(i) * steps.width), Value(counts[i])});
  return rows;
}

/// Items that occurred, the worst level first, then the most frequent.
Result<Response> top_active_items(State& state, const Request& request, const Caller& caller) {
  ASSIGN_OR_RETURN(const std::int64_t hours, number_parameter(request, "hours", 24, 1, 168));
  const auto sort = request.query_value("sort").value_or("");
  if (!sort.empty() && sort != "occurrences") return fail(ErrorCode::kMalformed, "sort must be occurrences.");
  const auto environments = list_parameter(request, "environments");
  const Steps steps = steps_until_now(kHour, hours);
  ASSIGN_OR_RETURN(auto items, items_of(state, caller.project));
  ASSIGN_OR_RETURN(const auto activity, activity_of(state, caller.project, steps.range(), kHour * kNanosPerSecond));
  std::map<std::int64_t, std::vector<std::int64_t>> hourly;
  for (const Activity& one : activity) {
    auto& counts = hourly[one.item];
    counts.resize(static_cast<std::size_t>(hours));
    counts.at(steps.place(one.start)) += one.count;
  }
  std::erase_if(items, [&](const Item& item) {
    return item.status != "active" || !hourly.contains(item.id) || !takes_environment(environments, item);
  });
  ASSIGN_OR_RETURN(const auto totals, counts_of(state, caller.project, items));
  const auto occurrences = [&](const Item& item) {
    std::int64_t sum = 0;
    for (const std::int64_t count : hourly[item.id]) sum += count;
    return sum;
  };
  std::ranges::sort(items, std::greater<>(), [&](const Item& item) {
    return std::tuple(sort.empty() ? level_number(item.level) : 0, occurrences(item), item.id);
  });
  Array rows;
  for (const Item& item : items) {
    if (rows.size() == kMostActive) break;
    const auto found = totals.find(item.id);
    const ItemCounts seen = found == totals.end() ? ItemCounts{} : found->second;
    rows.push_back(
        Object{{"item", Object{{"id", item.id},
                               {"counter", item.counter},
                               {"environment", item.environment},
                               {"framework", framework_number(framework_name(item.framework, item.language))},
                               {"level", level_number(item.level)},
                               {"last_occurrence_timestamp", seen.last_time.value / kNanosPerSecond},
                               {"occurrences", occurrences(item)},
                               {"unique_occurrences", seen.unique_ips == 0 ? Value() : Value(seen.unique_ips)},
                               {"project_id", item.project},
                               {"title", item.title},
                               {"group_status", 1}}},
               {"counts", Array(hourly[item.id].begin(), hourly[item.id].end())}});
  }
  return success(rows);
}

Result<std::int64_t> level_parameter(const Request& request, std::string_view name, std::string_view otherwise) {
  const auto text = request.query_value(name).value_or("");
  const std::int64_t level = level_number(text.empty() ? otherwise : text);
  if (level == 0) return fail(ErrorCode::kMalformed, fmt::format("Invalid {}.", name));
  return level;
}

/// Occurrences of active items: 60 minutes, 48 hours or 30 days, by the width of a step.
Result<Response> occurrence_counts(State& state, const Request& request, const Caller& caller) {
  ASSIGN_OR_RETURN(const std::int64_t width, number_parameter(request, "bucket_size", 86'400, 60, 86'400));
  if (width != 60 && width != kHour && width != 86'400)
    return fail(ErrorCode::kMalformed, "bucket_size must be 60, 3600 or 86400.");
  ASSIGN_OR_RETURN(const std::int64_t least, level_parameter(request, "min_level", "error"));
  ASSIGN_OR_RETURN(const std::int64_t most, level_parameter(request, "max_level", "critical"));
  ASSIGN_OR_RETURN(const std::int64_t only, number_parameter(request, "item_id", 0, 0, INT64_MAX));
  const auto environments = list_parameter(request, "environments");
  const Steps steps = steps_until_now(width, width == 60 ? 60 : width == kHour ? 48 : 30);
  ASSIGN_OR_RETURN(const auto items, items_of(state, caller.project));
  std::set<std::int64_t> counted;
  for (const Item& item : items) {
    const std::int64_t level = level_number(item.level);
    const bool asked = only == 0 || only == item.id;
    if (asked && item.status == "active" && level >= least && level <= most && takes_environment(environments, item))
      counted.insert(item.id);
  }
  ASSIGN_OR_RETURN(const auto activity, activity_of(state, caller.project, steps.range(), width * kNanosPerSecond));
  std::vector<std::int64_t> counts(static_cast<std::size_t>(steps.count));
  for (const Activity& one : activity) {
    if (counted.contains(one.item)) counts.at(steps.place(one.start)) += one.count;
  }
  return success(counts_json(steps, counts));
}

/// Items that became active, new ones and those that came back.
Result<Response> activated_counts(State& state, const Request& request, const Caller& caller) {
  ASSIGN_OR_RETURN(const std::int64_t width, number_parameter(request, "bucket_size", 86'400, 60, 86'400));
  ASSIGN_OR_RETURN(const std::int64_t count, number_parameter(request, "buckets", 60, 2, 366));
  const auto environments = list_parameter(request, "environments");
  const Steps steps = steps_until_now(width, count);
  ASSIGN_OR_RETURN(const auto items, items_of(state, caller.project));
  std::vector<std::int64_t> counts(static_cast<std::size_t>(count));
  const plan::TimeRange range = steps.range();
  for (const Item& item : items) {
    const bool within = item.activated >= range.from && item.activated < range.to;
    if (within && takes_environment(environments, item)) ++counts.at(steps.place(item.activated));
  }
  return success(counts_json(steps, counts));
}

}  // namespace

void add_report_routes(const StatePtr& state, std::vector<Route>& routes) {
  routes.push_back(project_route(state, "GET", "/api/1/reports/top_active_items", "read", top_active_items));
  routes.push_back(project_route(state, "GET", "/api/1/reports/occurrence_counts", "read", occurrence_counts));
  routes.push_back(project_route(state, "GET", "/api/1/reports/activated_counts", "read", activated_counts));
}

}  // namespace tetrascope::rollbar
