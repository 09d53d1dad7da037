#include "slices/rollbar/project_routes.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "model/members.h"
#include "slices/rollbar/otel_errors.h"
#include "slices/rollbar/random_id.h"

namespace tetrascope::rollbar {
namespace {

constexpr std::size_t kMostTokens = 1'000;  // of one project

Result<Project> project_of(State& state, const Request& request) {
  ASSIGN_OR_RETURN(const std::int64_t id, whole_number(request.captures.at(0), "project id"));
  ASSIGN_OR_RETURN(auto project, state.projects.find(id));
  if (!project) return fail(ErrorCode::kNotFound, "Project not found in this account.");
  return *std::move(project);
}

Result<Response> list_projects(State& state, const Request& /*request*/) {
  RETURN_IF_ERROR(update_otel_projects(state));
  ASSIGN_OR_RETURN(const auto projects, state.projects.list());
  Array list;
  for (const Project& project : projects) list.push_back(project_json(project));
  return success(list);
}

Result<Response> create_project(State& state, const Request& request) {
  ASSIGN_OR_RETURN(const Value fields, body_fields(request));
  ASSIGN_OR_RETURN(const Project project, state.projects.create(text_of(member(&fields, "name"))));
  return success(project_json(project));
}

Result<Response> get_project(State& state, const Request& request) {
  ASSIGN_OR_RETURN(const Project project, project_of(state, request));
  return success(project_json(project));
}

Result<Response> delete_project(State& state, const Request& request) {
  ASSIGN_OR_RETURN(const Project project, project_of(state, request));
  if (project.is_opentelemetry())
    return fail(ErrorCode::kInvalid, "This project shows what OpenTelemetry sends and cannot be deleted.");
  RETURN_IF_ERROR(state.projects.remove(project));
  return success(Value());
}

Result<Response> list_tokens(State& state, const Request& request) {
  ASSIGN_OR_RETURN(const Project project, project_of(state, request));
  ASSIGN_OR_RETURN(const auto tokens, state.projects.tokens_of(project.id));
  Array list;
  for (const AccessToken& token : tokens) list.push_back(token_json(token));
  return success(list);
}

/// Takes over what the body says. Errors: kInvalid.
Result<void> read_token(const Value& fields, AccessToken& token) {
  constexpr std::array<std::string_view, 4> kScopes = {"post_server_item", "post_client_item", "read", "write"};
  if (const Value* name = member(&fields, "name")) token.name = text_of(name);
  if (token.name.empty() || token.name.size() > 255) return fail(ErrorCode::kInvalid, "'name' is required.");
  if (const Value* scopes = member(&fields, "scopes")) {
    token.scopes.clear();
    const Array* list = scopes->as<Array>();
    if (list != nullptr) {
      for (const Value& scope : *list) token.scopes.emplace_back(text_of(&scope));
    }
  }
  for (const auto& scope : token.scopes) {
    if (std::ranges::find(kScopes, scope) == kScopes.end())
      return fail(ErrorCode::kInvalid, fmt::format("'{}' is not a scope.", scope));
  }
  if (token.scopes.empty()) return fail(ErrorCode::kInvalid, "'scopes' is required.");
  if (const Value* status = member(&fields, "status")) {
    if (text_of(status) != "enabled" && text_of(status) != "disabled")
      return fail(ErrorCode::kInvalid, "'status' must be enabled or disabled.");
    token.enabled = text_of(status) == "enabled";
  }
  if (const Value* size = member(&fields, "rate_limit_window_size"); size != nullptr && !size->missing())
    token.rate_limit_window_size = integer_of(size).value_or(-1);
  if (const Value* count = member(&fields, "rate_limit_window_count"); count != nullptr && !count->missing())
    token.rate_limit_window_count = integer_of(count).value_or(-1);
  if (token.rate_limit_window_size < 0 || token.rate_limit_window_count < 0)
    return fail(ErrorCode::kInvalid, "'rate_limit_window_size' and 'rate_limit_window_count' must be integers.");
  return {};
}

Result<Response> create_token(State& state, const Request& request) {
  ASSIGN_OR_RETURN(const Project project, project_of(state, request));
  ASSIGN_OR_RETURN(const Value fields, body_fields(request));
  ASSIGN_OR_RETURN(const auto others, state.projects.tokens_of(project.id));
  if (others.size() >= kMostTokens) return fail(ErrorCode::kInvalid, "The project has as many tokens as it can have.");
  AccessToken token;
  RETURN_IF_ERROR(read_token(fields, token));
  token.token = random_hex(16);
  token.public_id = random_hex(8);
  token.project_id = project.id;
  token.date_created = token.date_modified = request.received.value / kNanosPerSecond;
  RETURN_IF_ERROR(state.projects.put_token(token));
  return success(token_json(token));
}

/// By itself or its public id, in the path or in the body.
Result<AccessToken> find_token(State& state, const Request& request, const Value& fields) {
  ASSIGN_OR_RETURN(const Project project, project_of(state, request));
  std::string wanted = request.captures.size() > 1 ? request.captures[1] : "";
  for (const std::string_view name : {"public_id", "project_access_token"}) {
    if (wanted.empty()) wanted = text_of(member(&fields, name));
  }
  ASSIGN_OR_RETURN(const auto tokens, state.projects.tokens_of(project.id));
  for (const AccessToken& token : tokens) {
    if (!wanted.empty() && (token.token == wanted || token.public_id == wanted)) return token;
  }
  return fail(ErrorCode::kNotFound, "Access token not found in this project.");
}

Result<Response> update_token(State& state, const Request& request) {
  ASSIGN_OR_RETURN(const Value fields, body_fields(request));
  ASSIGN_OR_RETURN(AccessToken token, find_token(state, request, fields));
  RETURN_IF_ERROR(read_token(fields, token));
  token.date_modified = request.received.value / kNanosPerSecond;
  RETURN_IF_ERROR(state.projects.put_token(token));
  return success(token_json(token));
}

Result<Response> delete_token(State& state, const Request& request) {
  ASSIGN_OR_RETURN(const Value fields, body_fields(request));
  ASSIGN_OR_RETURN(const AccessToken token, find_token(state, request, fields));
  RETURN_IF_ERROR(state.projects.remove_token(token));
  return success(Value("Access token has been deleted."));
}

}  // namespace

void add_project_routes(const StatePtr& state, std::vector<Route>& routes) {
  routes.push_back(account_route(state, "GET", "/api/1/projects", list_projects));
  routes.push_back(account_route(state, "POST", "/api/1/projects", create_project));
  routes.push_back(account_route(state, "GET", "/api/1/project/{id}", get_project));
  routes.push_back(account_route(state, "DELETE", "/api/1/project/{id}", delete_project));
  routes.push_back(account_route(state, "GET", "/api/1/project/{id}/access_tokens", list_tokens));
  routes.push_back(account_route(state, "POST", "/api/1/project/{id}/access_tokens", create_token));
  for (const std::string pattern : {"/api/1/project/{id}/access_token", "/api/1/project/{id}/access_token/{token}"}) {
    routes.push_back(account_route(state, "PATCH", pattern, update_token));
    routes.push_back(account_route(state, "DELETE", pattern, delete_token));
  }
}

}  // namespace tetrascope::rollbar
