#include "slices/rollbar/team_routes.h"

namespace tetrascope::rollbar {
namespace {

/// There are no accounts of people: lists are empty, and nobody is found.
Result<Response> no_users(State& /*state*/, const Request& /*request*/) { return success(Object{{"users", Array{}}}); }
Result<Response> no_teams(State& /*state*/, const Request& /*request*/) { return success(Array{}); }
Result<Response> not_found(State& /*state*/, const Request& /*request*/) {
  return fail(ErrorCode::kNotFound, "Not found");
}
Result<Response> not_built(State& /*state*/, const Request& /*request*/) {
  return fail(ErrorCode::kUnimplemented, "Users and teams cannot be made on this server yet.");
}

}  // namespace

void add_team_routes(const StatePtr& state, std::vector<Route>& routes) {
  routes.push_back(account_route(state, "GET", "/api/1/users", no_users));
  routes.push_back(account_route(state, "GET", "/api/1/user/{rest...}", not_found));
  routes.push_back(account_route(state, "GET", "/api/1/teams", no_teams));
  routes.push_back(account_route(state, "POST", "/api/1/teams", not_built));
  routes.push_back(account_route(state, "GET", "/api/1/team/{rest...}", not_found));
  routes.push_back(account_route(state, "*", "/api/1/team/{rest...}", not_built));
  routes.push_back(account_route(state, "GET", "/api/1/invites", no_teams));
  routes.push_back(account_route(state, "GET", "/api/1/project/{id}/teams", no_teams));
}

}  // namespace tetrascope::rollbar
