#include "slices/rollbar/otel_errors.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "model/members.h"
#include "slices/rollbar/grouping.h"
#include "slices/rollbar/item_report.h"
#include "slices/rollbar/otel_instance.h"
#include "slices/rollbar/otel_rows.h"
#include "slices/rollbar/plans.h"

namespace tetrascope::rollbar {
namespace {

using plan::AggregateOp;
using plan::field;
using plan::Function;
using plan::literal;

constexpr std::size_t kMostItemsOfLook = 10'000;  // that one look at a project makes
constexpr std::uint64_t kSameMoment = 8;          // rows that are read beyond a page, for those of one microsecond

using ItemKey = std::pair<std::string, std::string>;  ///< key, environment
std::map<ItemKey, const Item*> by_key(const std::vector<Item>& items) {
  std::map<ItemKey, const Item*> found;
  for (const Item& item : items) found[{item.otel_key, item.environment}] = &item;
  return found;
}

plan::ExprPtr of_item(const Item& item) {
  return plan::both(equals(field("key"), item.otel_key), equals(field("environment"), item.environment));
}

std::int64_t first_id_at(UnixNanos time) { return time.value / 1'000 * kOtelIdsOfMicrosecond; }

Sighting sighting_of(const Project& project, const OtelError& error, const std::string& fingerprint,
                     const std::string& title) {
  return {.project = project.id,
          .environment = error.environment,
          .fingerprint = fingerprint,
          .title = title,
          .level = error.level,
          .platform = "",
          .framework = "",
          .language = error.language,
          .code_version = "",
          .occurrence = first_id_at(error.time),
          .time = error.time,
          .otel_key = error.key,
          .otel_is_log = error.key.starts_with(kLogKey)};
}

std::string title_of(const OtelError& error) {
  std::string title = error.type;
  if (!title.empty() && !error.message.empty()) title += ": ";
  title += error.message.substr(0, error.message.find_first_of("\r\n"));
  if (title.empty()) title = "(empty message)";
  return cut_text(title, 255);
}

Result<void> place_error(State& state, const Project& project, const OtelError& error) {
  const auto placed = state.items.place(sighting_of(project, error, sha1_hex(error.key), title_of(error)));
  if (!placed) return std::unexpected(placed.error());
  return {};
}

/// The first error of an item that arrived after it was resolved.
Result<void> reactivate(State& state, const Project& project, const Item& item) {
  plan::Plan plan{all_time(), otel_error_reads(&project, true), {}};
  const plan::ExprPtr later = plan::call(Function::kGt, {field("received"), plan::time_literal(item.resolved)});
  plan.stages = {plan::Filter{plan::both(of_item(item), later)}, plan::Sort{{{field("received")}}},
                 plan::Limit{1, 0, {}}};
  ASSIGN_OR_RETURN(const auto answer, state.middle.runner.run(plan));
  if (answer.rows.empty()) return {};
  return place_error(state, project, otel_error_of(answer.rows.front()));
}

}  // namespace

Result<void> update_otel_projects(State& state) {
  plan::Aggregate aggregate;
  aggregate.keys = {{"honeycomb", field("honeycomb")}, {"service", field("service")}};
  aggregate.calls = {{"count", AggregateOp::kCount, nullptr, nullptr}};
  ASSIGN_OR_RETURN(const auto answer,
                   state.middle.runner.run({all_time(),
                                            otel_error_reads(nullptr, false),
                                            {std::move(aggregate), plan::Limit{kMostItemsOfLook, 0, {}}}}));
  for (const auto& row : answer.rows) {
    const auto project = state.projects.of_service(text_cell(row[0]), text_cell(row[1]));
    if (!project && project.error().code != ErrorCode::kConflict) return std::unexpected(project.error());
  }
  return {};
}

Result<void> update_otel_items(State& state, const Project& project) {
  plan::Aggregate aggregate;
  aggregate.keys = {{"key", field("key")}, {"environment", field("environment")}};
  aggregate.calls = {{"first", AggregateOp::kMin, field("time"), nullptr},
                     {"received", AggregateOp::kMax, field("received"), nullptr},
                     {"level", AggregateOp::kFirst, field("level"), nullptr},
                     {"language", AggregateOp::kFirst, field("language"), nullptr},
                     {"type", AggregateOp::kFirst, field("type"), nullptr},
                     {"message", AggregateOp::kFirst, field("message"), nullptr}};
  aggregate.time = "time";
  const plan::Plan plan{all_time(),
                        otel_error_reads(&project, true),
                        {std::move(aggregate), plan::Sort{{{field("first")}}}, plan::Limit{kMostItemsOfLook, 0, {}}}};
  ASSIGN_OR_RETURN(const auto answer, state.middle.runner.run(plan));
  ASSIGN_OR_RETURN(const auto items, state.items.list(project.id));
  const auto known = by_key(items);
  for (const auto& row : answer.rows) {
    OtelError error;
    error.key = text_cell(row[0]);
    error.environment = text_cell(row[1]);
    error.time = UnixNanos{int_cell(row[2])};
    error.level = text_cell(row[4]);
    error.language = text_cell(row[5]);
    error.type = text_cell(row[6]);
    error.message = text_cell(row[7]);
    const auto item = known.find({error.key, error.environment});
    if (item == known.end()) {
      RETURN_IF_ERROR(place_error(state, project, error));
    } else if (item->second->status == "resolved" && UnixNanos{int_cell(row[3])} > item->second->resolved) {
      RETURN_IF_ERROR(reactivate(state, project, *item->second));
    }
  }
  return {};
}

Result<CountsOfItems> count_otel_occurrences(const plan::Runner& runner, const Project& project,
                                             const std::vector<Item>& items) {
  plan::Aggregate aggregate;
  aggregate.keys = {{"key", field("key")}, {"environment", field("environment")}};
  aggregate.calls = {{"total", AggregateOp::kCount, nullptr, nullptr},
                     {"last", AggregateOp::kMax, field("time"), nullptr}};
  ASSIGN_OR_RETURN(const auto answer,
                   runner.run({all_time(), otel_error_reads(&project, false), {std::move(aggregate)}}));
  const auto known = by_key(items);
  CountsOfItems counts;
  for (const auto& row : answer.rows) {
    const auto item = known.find({std::string(text_cell(row[0])), std::string(text_cell(row[1]))});
    if (item == known.end()) continue;
    ItemCounts& seen = counts[item->second->id];
    seen.total = int_cell(row[2]);
    seen.last_time = UnixNanos{int_cell(row[3])};
    seen.last_id = first_id_at(seen.last_time);
  }
  // Of items that came back, only what arrived since they were resolved.
  for (const Item& item : items) {
    if (item.activation == 1 || !counts.contains(item.id)) continue;
    plan::Aggregate later;
    later.calls = {{"total", AggregateOp::kCount, nullptr, nullptr}};
    const plan::ExprPtr since = plan::call(Function::kGt, {field("received"), plan::time_literal(item.resolved)});
    ASSIGN_OR_RETURN(const auto total,
                     runner.run({all_time(),
                                 otel_error_reads(&project, false),
                                 {plan::Filter{plan::both(of_item(item), since)}, std::move(later)}}));
    if (!total.rows.empty()) counts[item.id].total = int_cell(total.rows.front()[0]);
  }
  return counts;
}

Result<std::vector<Instance>> read_otel_instances(State& state, const Project& project, const InstanceQuery& query) {
  ASSIGN_OR_RETURN(const auto items, items_of(state, project));
  plan::Plan plan{all_time(), otel_error_reads(&project, true), {}};
  std::optional<std::int64_t> id = query.id;
  if (!query.uuid.empty()) {
    id = otel_id_of_uuid(query.uuid);
    if (!id) plan.stages.push_back(plan::Filter{equals(field("id"), query.uuid)});
  }
  if (query.item) {
    const auto item = std::ranges::find(items, *query.item, &Item::id);
    if (item == items.end()) return std::vector<Instance>();
    plan.stages.push_back(plan::Filter{of_item(*item)});
  }
  // A whole microsecond is read, so that every row finds its place among its neighbours.
  if (id)
    plan.range = {UnixNanos{*id / kOtelIdsOfMicrosecond * 1'000}, UnixNanos{(*id / kOtelIdsOfMicrosecond + 1) * 1'000}};
  if (query.before > 0) plan.range.to = UnixNanos{(query.before / kOtelIdsOfMicrosecond + 1) * 1'000};
  plan.stages.push_back(plan::Sort{{{field("time"), true}, {field("id"), true}, {field("message"), true}}});
  plan.stages.push_back(plan::Limit{query.offset + query.limit + kSameMoment, 0, {}});
  ASSIGN_OR_RETURN(const auto answer, state.middle.runner.run(plan));
  std::vector<OtelError> errors;
  for (const auto& row : answer.rows) errors.push_back(otel_error_of(row));
  number_errors(errors);
  const auto known = by_key(items);
  std::vector<Instance> instances;
  std::uint64_t skipped = 0;
  for (const OtelError& error : errors) {
    const auto item = known.find({error.key, error.environment});
    if (item == known.end() || (id && error.id != *id) || (query.before > 0 && error.id >= query.before)) continue;
    if (skipped++ < query.offset) continue;
    if (instances.size() == query.limit) break;
    instances.push_back(otel_instance(project, *item->second, error));
  }
  return instances;
}

Result<std::vector<Activity>> otel_activity(State& state, const Project& project, const plan::TimeRange& range,
                                            std::int64_t width) {
  ASSIGN_OR_RETURN(const auto items, items_of(state, project));
  plan::Aggregate aggregate;
  aggregate.keys = {{"key", field("key")},
                    {"environment", field("environment")},
                    {"start", plan::call(Function::kTimeBucket, {field("time"), literal(Value(width))})}};
  aggregate.calls = {{"count", AggregateOp::kCount, nullptr, nullptr}};
  ASSIGN_OR_RETURN(const auto answer,
                   state.middle.runner.run({range, otel_error_reads(&project, false), {std::move(aggregate)}}));
  const auto known = by_key(items);
  std::vector<Activity> activity;
  for (const auto& row : answer.rows) {
    const auto item = known.find({std::string(text_cell(row[0])), std::string(text_cell(row[1]))});
    if (item != known.end()) activity.push_back({item->second->id, UnixNanos{int_cell(row[2])}, int_cell(row[3])});
  }
  return activity;
}

}  // namespace tetrascope::rollbar
