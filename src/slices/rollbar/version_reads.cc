#include "slices/rollbar/version_reads.h"

#include <algorithm>
#include <array>
#include <map>

#include "model/members.h"
#include "slices/rollbar/epoch_seconds.h"
#include "slices/rollbar/item_json.h"
#include "slices/rollbar/occurrence_rows.h"
#include "slices/rollbar/plans.h"

namespace tetrascope::rollbar {
namespace {

using plan::AggregateOp;
using plan::field;

/// Of each item, what it did in the version.
Result<plan::Answer> read_rows(State& state, const Project& project, std::string_view name,
                               std::string_view environment) {
  plan::TableRead read;
  read.table = plan::Table::kOccurrences;
  read.columns = {{"item", int_attribute(attributes::kItem)},
                  {"id", int_attribute(attributes::kOccurrence)},
                  {"person", text_attribute(attributes::kPerson)},
                  {"time", plan::column("time")}};
  read.where = plan::both(equals(int_attribute(attributes::kProject), project.id),
                          plan::both(equals(text_attribute(attributes::kVersion), std::string(name)),
                                     equals(text_attribute(attributes::kEnvironment), std::string(environment))));
  plan::Aggregate aggregate;
  aggregate.keys = {{"item", field("item")}};
  aggregate.calls = {{"first_id", AggregateOp::kMin, field("id"), nullptr},
                     {"last_id", AggregateOp::kMax, field("id"), nullptr},
                     {"occurrences", AggregateOp::kCount, nullptr, nullptr},
                     {"people", AggregateOp::kCountDistinct, field("person"), nullptr},
                     {"first_time", AggregateOp::kMin, field("time"), nullptr},
                     {"last_time", AggregateOp::kMax, field("time"), nullptr}};
  return state.middle.runner.run({all_time(), {read}, {std::move(aggregate)}});
}

std::string_view event_of(const VersionItem& seen) {
  const auto within = [&](std::int64_t id) { return id >= seen.first_id && id <= seen.last_id; };
  if (seen.first_id == seen.item.first_occurrence) return "new";
  const bool brought_back = within(seen.item.activating_occurrence);
  return brought_back && seen.item.activating_occurrence != seen.item.first_occurrence ? "reactivated" : "repeated";
}

}  // namespace

Result<Version> read_version(State& state, const Project& project, std::string_view name,
                             std::string_view environment) {
  Version version{std::string(name), std::string(environment), {}, {}};
  ASSIGN_OR_RETURN(const auto answer, read_rows(state, project, name, environment));
  ASSIGN_OR_RETURN(const auto deploys, list_deploys(state.middle.control, project.id));
  for (const Deploy& deploy : deploys) {
    if (deploy.revision != name || deploy.environment != environment) continue;
    version.deploy = deploy;
    break;  // the newest comes first
  }
  std::map<std::int64_t, const std::vector<Value>*> rows;
  for (const auto& row : answer.rows) rows[int_cell(row[0])] = &row;
  ASSIGN_OR_RETURN(const auto items, state.items.list(project.id));
  for (const Item& item : items) {
    const auto row = rows.find(item.id);
    VersionItem seen{.item = item, .counts = {}, .event = "", .first_time = {}, .last_time = {}};
    seen.resolved = item.environment == environment && item.status == "resolved" && item.resolved_in_version == name;
    if (row == rows.end() && !seen.resolved) continue;
    if (row != rows.end()) {
      const auto& cells = *row->second;
      seen.first_id = int_cell(cells[1]);
      seen.last_id = int_cell(cells[2]);
      seen.occurrences = int_cell(cells[3]);
      seen.people = int_cell(cells[4]);
      seen.first_time = UnixNanos{int_cell(cells[5])};
      seen.last_time = UnixNanos{int_cell(cells[6])};
      seen.event = event_of(seen);
    }
    version.items.push_back(std::move(seen));
  }
  if (version.items.empty() && !version.deploy) return fail(ErrorCode::kNotFound, "Not found");
  std::vector<Item> shown;
  for (const VersionItem& seen : version.items) shown.push_back(seen.item);
  ASSIGN_OR_RETURN(const auto counts, counts_of(state, project, shown));
  for (VersionItem& seen : version.items) {
    if (const auto found = counts.find(seen.item.id); found != counts.end()) seen.counts = found->second;
  }
  return version;
}

Value version_json(const Version& version) {
  constexpr std::array<std::string_view, 5> kLevels = {"debug", "info", "warning", "error", "critical"};
  constexpr std::array<std::string_view, 4> kEvents = {"new", "repeated", "reactivated", "resolved"};
  Object stats;
  for (const std::string_view event : kEvents) {
    Object levels;
    for (const std::string_view level : kLevels) {
      const auto count = std::ranges::count_if(version.items, [&](const VersionItem& seen) {
        return seen.item.level == level && (event == "resolved" ? seen.resolved : seen.event == event);
      });
      levels.emplace_back(std::string(level), Value(static_cast<std::int64_t>(count)));
    }
    stats.emplace_back(std::string(event), Value(std::move(levels)));
  }
  const VersionItem *first = nullptr, *last = nullptr;
  for (const VersionItem& seen : version.items) {
    if (seen.occurrences == 0) continue;
    if (first == nullptr || seen.first_id < first->first_id) first = &seen;
    if (last == nullptr || seen.last_id > last->last_id) last = &seen;
  }
  const auto& deploy = version.deploy;
  return Object{
      {"version", version.name},
      {"environment", version.environment},
      {"date_created", first != nullptr ? seconds_or_null(first->first_time) : Value(deploy ? deploy->start_time : 0)},
      {"first_occurrence_id", first == nullptr ? Value() : Value(first->first_id)},
      {"first_occurrence_timestamp", first == nullptr ? Value() : seconds_or_null(first->first_time)},
      {"last_occurrence_id", last == nullptr ? Value() : Value(last->last_id)},
      {"last_occurrence_timestamp", last == nullptr ? Value() : seconds_or_null(last->last_time)},
      {"deployed_by", deploy ? or_null(deploy->local_username) : Value()},
      {"last_deploy_timestamp", deploy ? Value(deploy->start_time) : Value()},
      {"item_stats", std::move(stats)},
      {"commits", Array{}}};
}

std::vector<Value> version_items_json(const Version& version, std::string_view event,
                                      const std::vector<std::string>& levels) {
  std::vector<Value> items;
  const UnixNanos now = UnixNanos::now();
  for (const VersionItem& seen : version.items) {
    if (event == "resolved" ? !seen.resolved : seen.event != event) continue;
    if (!levels.empty() && std::ranges::find(levels, seen.item.level) == levels.end()) continue;
    Value json = item_json(seen.item, seen.counts, now);
    Object& object = *std::get_if<Object>(&json.data);
    object.emplace_back("first_in_version_occurrence_id", seen.first_id);
    object.emplace_back("first_in_version_occurrence_timestamp", seconds_or_null(seen.first_time));
    object.emplace_back("last_in_version_occurrence_id", seen.last_id);
    object.emplace_back("last_in_version_occurrence_timestamp", seconds_or_null(seen.last_time));
    object.emplace_back("occurrences_in_version", seen.occurrences);
    object.emplace_back("people_in_version", seen.people);
    items.push_back(std::move(json));
  }
  return items;
}

}  // namespace tetrascope::rollbar
