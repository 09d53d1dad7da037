#include "slices/rollbar/deploy_routes.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "model/members.h"
#include "slices/rollbar/deploys.h"
#include "slices/rollbar/environments.h"
#include "slices/rollbar/item_report.h"
#include "slices/rollbar/version_reads.h"

namespace tetrascope::rollbar {
namespace {

constexpr std::int64_t kStandardPage = 20;
constexpr std::int64_t kVersionItemsOfPage = 100;
constexpr std::size_t kMaxRevision = 255;
constexpr std::size_t kMaxComment = 64 << 10;
constexpr std::array<std::string_view, 4> kStatuses = {"started", "succeeded", "failed", "timed_out"};

Result<std::string> status_of(const Value& fields, std::string_view otherwise) {
  const std::string status = scalar_text(member(&fields, "status"));
  if (status.empty() && !otherwise.empty()) return std::string(otherwise);
  if (std::ranges::find(kStatuses, status) == kStatuses.end())
    return fail(ErrorCode::kInvalid, "'status' must be one of started, succeeded, failed, timed_out");
  return status;
}

/// What is missing, in the vendor's words: all of it in one message.
std::string problems_of(const std::string& environment, const std::string& revision) {
  std::string problems;
  if (environment.empty()) problems += "Missing 'environment' key. ";
  if (revision.empty()) problems += "Missing 'revision' or 'head_long' key. ";
  if (!problems.empty()) problems.pop_back();
  return problems;
}

Result<Response> report_deploy(State& state, const Request& request, const Caller& caller) {
  ASSIGN_OR_RETURN(const Value fields, body_fields(request));
  const auto text = [&](std::string_view name) { return scalar_text(member(&fields, name)); };
  Deploy deploy;
  deploy.project = caller.project.id;
  deploy.environment = cut_text(text("environment"), 255);
  deploy.revision = cut_text(text("revision").empty() ? text("head_long") : text("revision"), kMaxRevision);
  if (const std::string problems = problems_of(deploy.environment, deploy.revision); !problems.empty())
    return fail(ErrorCode::kInvalid, problems);
  deploy.local_username = text("local_username");
  for (const std::string_view name : {"rollbar_username", "rollbar_name"}) {
    if (deploy.local_username.empty()) deploy.local_username = text(name);
  }
  deploy.local_username = cut_text(deploy.local_username, 255);
  deploy.comment = cut_text(text("comment"), kMaxComment);
  ASSIGN_OR_RETURN(deploy.status, status_of(fields, "succeeded"));
  deploy.start_time = request.received.value / kNanosPerSecond;
  if (deploy.status != "started") deploy.finish_time = deploy.start_time;
  RETURN_IF_ERROR(note_environment(state.middle.control, deploy.project, deploy.environment));
  ASSIGN_OR_RETURN(deploy, add_deploy(state.middle.control, std::move(deploy)));
  // The vendor says `data` here and `result` everywhere else; clients read either.
  const Value id = Object{{"deploy_id", deploy.id}};
  return json_answer(200, to_plain_json(Object{{"err", 0}, {"data", id}, {"result", id}}));
}

Result<Response> get_deploy(State& state, const Request& request, const Caller& caller) {
  ASSIGN_OR_RETURN(const std::int64_t id, whole_number(request.captures.at(0), "deploy id"));
  ASSIGN_OR_RETURN(const auto deploy, find_deploy(state.middle.control, caller.project.id, id));
  if (!deploy) return fail(ErrorCode::kNotFound, "Not found");
  return success(deploy_json(*deploy));
}

Result<Response> update_deploy(State& state, const Request& request, const Caller& caller) {
  ASSIGN_OR_RETURN(const std::int64_t id, whole_number(request.captures.at(0), "deploy id"));
  ASSIGN_OR_RETURN(const Value fields, body_fields(request));
  ASSIGN_OR_RETURN(const std::string status, status_of(fields, ""));
  std::optional<std::string> comment;
  if (const Value* sent = member(&fields, "comment")) comment = cut_text(scalar_text(sent), kMaxComment);
  ASSIGN_OR_RETURN(const Deploy deploy, end_deploy(state.middle.control, caller.project.id, id, status, comment));
  return success(deploy_json(deploy));
}

Result<Response> get_deploys(State& state, const Request& request, const Caller& caller) {
  ASSIGN_OR_RETURN(const Page page, page_of(request, kStandardPage));
  ASSIGN_OR_RETURN(const auto deploys, list_deploys(state.middle.control, caller.project.id));
  std::vector<Value> all;
  for (const Deploy& deploy : deploys) all.push_back(deploy_json(deploy));
  return success(Object{{"page", page.number}, {"deploys", page_part(std::move(all), page)}});
}

Result<Response> get_environments(State& state, const Request& request, const Caller& caller) {
  ASSIGN_OR_RETURN(const Page page, page_of(request, kStandardPage));
  ASSIGN_OR_RETURN(auto all, environments_of(state.middle.control, caller.project.id));
  return success(Object{{"page", page.number}, {"environments", page_part(std::move(all), page)}});
}

Result<std::string> environment_of(const Request& request) {
  const auto environment = request.query_value("environment");
  if (!environment || environment->empty()) return fail(ErrorCode::kMalformed, "environment is required.");
  return std::string(*environment);
}

Result<Response> get_version(State& state, const Request& request, const Caller& caller) {
  ASSIGN_OR_RETURN(const std::string environment, environment_of(request));
  ASSIGN_OR_RETURN(const auto version, read_version(state, caller.project, request.captures.at(0), environment));
  return success(version_json(version));
}

Result<Response> get_version_items(State& state, const Request& request, const Caller& caller) {
  ASSIGN_OR_RETURN(const std::string environment, environment_of(request));
  const std::string event(request.query_value("event").value_or(""));
  constexpr std::array<std::string_view, 4> kEvents = {"new", "repeated", "reactivated", "resolved"};
  if (std::ranges::find(kEvents, event) == kEvents.end())
    return fail(ErrorCode::kMalformed, "event must be one of new, repeated, reactivated, resolved.");
  ASSIGN_OR_RETURN(const Page page, page_of(request, kVersionItemsOfPage));
  ASSIGN_OR_RETURN(const auto version, read_version(state, caller.project, request.captures.at(0), environment));
  auto all = version_items_json(version, event, list_parameter(request, "level"));
  return success(Object{{"page", page.number}, {"items", page_part(std::move(all), page)}});
}

}  // namespace

void add_deploy_routes(const StatePtr& state, std::vector<Route>& routes) {
  routes.push_back(project_route(state, "POST", "/api/1/deploy", "post_server_item", report_deploy));
  routes.push_back(project_route(state, "PATCH", "/api/1/deploy/{id}", "post_server_item", update_deploy));
  routes.push_back(project_route(state, "GET", "/api/1/deploy/{id}", "read", get_deploy));
  routes.push_back(project_route(state, "GET", "/api/1/deploys", "read", get_deploys));
  routes.push_back(project_route(state, "GET", "/api/1/environments", "read", get_environments));
  routes.push_back(project_route(state, "GET", "/api/1/versions/{version}", "read", get_version));
  routes.push_back(project_route(state, "GET", "/api/1/versions/{version}/items", "read", get_version_items));
}

}  // namespace tetrascope::rollbar
