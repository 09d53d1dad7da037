#include "slices/rollbar/page_item_reads.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "model/members.h"
#include "slices/page/parameters.h"
#include "slices/rollbar/answers.h"
#include "slices/rollbar/item_activity.h"
#include "slices/rollbar/occurrence_rows.h"
#include "slices/rollbar/otel_rows.h"
#include "slices/rollbar/plans.h"

namespace tetrascope::rollbar {
namespace {

using plan::AggregateOp;
using plan::column;
using plan::field;

/// Servers' and clients' clocks differ: what came last may be ahead of ours.
constexpr std::chrono::minutes kAhead{10};
constexpr std::int64_t kLongestNanos = std::int64_t{366} * 86'400 * kNanosPerSecond;
/// Projects that one list looks into, the busiest first.
constexpr std::size_t kMostProjects = 200;

Result<std::set<std::int64_t>> busy_projects(State& state, const plan::TimeRange& range) {
  plan::TableRead read;
  read.table = plan::Table::kOccurrences;
  read.columns = {{"project", int_attribute(attributes::kProject)}};
  read.where = equals(column("protocol"), std::string(kProtocol));
  plan::Aggregate aggregate;
  aggregate.keys = {{"project", field("project")}};
  aggregate.calls = {{"count", AggregateOp::kCount, nullptr, nullptr}};
  ASSIGN_OR_RETURN(const auto answer,
                   state.middle.runner.run({range,
                                            {read},
                                            {std::move(aggregate), plan::Sort{{{field("count"), true}}},
                                             plan::Limit{kMostProjects, 0, {}}}}));
  std::set<std::int64_t> ids;
  for (const auto& row : answer.rows) ids.insert(int_cell(row[0]));
  return ids;
}

Result<std::vector<Project>> busy_services(State& state, const plan::TimeRange& range) {
  plan::Aggregate aggregate;
  aggregate.keys = {{"honeycomb", field("honeycomb")}, {"service", field("service")}};
  aggregate.calls = {{"count", AggregateOp::kCount, nullptr, nullptr}};
  ASSIGN_OR_RETURN(const auto answer,
                   state.middle.runner.run({range,
                                            otel_error_reads(nullptr, false),
                                            {std::move(aggregate), plan::Sort{{{field("count"), true}}},
                                             plan::Limit{kMostProjects, 0, {}}}}));
  std::vector<Project> projects;
  for (const auto& row : answer.rows) {
    auto project = state.projects.of_service(text_cell(row[0]), text_cell(row[1]));
    if (project) {
      projects.push_back(*std::move(project));
    } else if (project.error().code != ErrorCode::kConflict) {
      return std::unexpected(project.error());
    }
  }
  return projects;
}

}  // namespace

Result<plan::TimeRange> read_items_range(const Request& request) {
  ASSIGN_OR_RETURN(const plan::TimeRange range, ui::read_range(request, UnixNanos::now(), kAhead));
  // Halves, since the difference may be more than an int64.
  if (range.to.value / 2 - range.from.value / 2 > kLongestNanos / 2)
    return fail(ErrorCode::kInvalid, "from and to: at most 366 days apart");
  return range;
}

Result<std::vector<Project>> active_projects(State& state, const plan::TimeRange& range) {
  ASSIGN_OR_RETURN(std::vector<Project> projects, busy_services(state, range));
  ASSIGN_OR_RETURN(const auto ids, busy_projects(state, range));
  for (const std::int64_t id : ids) {
    ASSIGN_OR_RETURN(auto project, state.projects.find(id));
    if (project) projects.push_back(*std::move(project));
  }
  std::ranges::sort(projects, {}, [](const Project& project) { return std::pair(project.name, project.id); });
  return projects;
}

Result<ActivityOfItems> activity_by_item(State& state, const Project& project, const plan::TimeRange& range,
                                         std::int64_t width) {
  ASSIGN_OR_RETURN(const auto all, activity_of(state, project, range, width));
  ActivityOfItems by_item;
  for (const Activity& one : all) by_item[one.item].emplace_back(one.start, one.count);
  return by_item;
}

Result<TracesOfOccurrences> traces_of(State& state, const Project& project, const std::vector<Instance>& instances) {
  TracesOfOccurrences traces;
  if (instances.empty()) return traces;
  if (project.is_opentelemetry()) {  // their documents are made of the rows, ids and all
    for (const Instance& instance : instances) {
      const auto document = value_from_json(instance.document);
      if (!document) continue;
      const std::string_view trace = text_of(member(&*document, {"custom", "trace_id"}));
      if (!trace.empty())
        traces[instance.id] = {std::string(trace), std::string(text_of(member(&*document, {"custom", "span_id"})))};
    }
    return traces;
  }
  Array ids;
  UnixNanos first = instances.front().time, last = first;
  for (const Instance& instance : instances) {
    ids.emplace_back(instance.id);
    first = std::min(first, instance.time);
    last = std::max(last, instance.time);
  }
  plan::TableRead read;
  read.table = plan::Table::kOccurrences;
  read.columns = {{"id", int_attribute(attributes::kOccurrence)},
                  {"trace", plan::call(plan::Function::kIdText, {column("trace_id")})},
                  {"span", plan::call(plan::Function::kIdText, {column("span_id")})}};
  read.where = plan::both(equals(int_attribute(attributes::kProject), project.id),
                          is_in(int_attribute(attributes::kOccurrence), std::move(ids)));
  ASSIGN_OR_RETURN(const auto answer, state.middle.runner.run({{first, UnixNanos{last.value + 1}}, {read}, {}}));
  for (const auto& row : answer.rows) {
    if (!text_cell(row[1]).empty())
      traces[int_cell(row[0])] = {std::string(text_cell(row[1])), std::string(text_cell(row[2]))};
  }
  return traces;
}

bool contains_folded(std::string_view text, std::string_view part) {
  const auto lower = [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); };
  return part.empty() || !std::ranges::search(text, part, {}, lower, lower).empty();
}

}  // namespace tetrascope::rollbar
