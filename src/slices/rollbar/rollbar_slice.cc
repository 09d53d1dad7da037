#include "slices/rollbar/rollbar_slice.h"

#include <array>

#include "slices/rollbar/answers.h"
#include "slices/rollbar/calls.h"
#include "slices/rollbar/deploy_routes.h"
#include "slices/rollbar/instance_routes.h"
#include "slices/rollbar/item_report.h"
#include "slices/rollbar/item_routes.h"
#include "slices/rollbar/page_items.h"
#include "slices/rollbar/project_routes.h"
#include "slices/rollbar/report_routes.h"
#include "slices/rollbar/take_items.h"
#include "slices/rollbar/team_routes.h"

namespace tetrascope {
namespace {

using namespace rollbar;

Route item_route(const StatePtr& state) {
  Route route;
  route.method = "POST";
  route.pattern = "/api/1/item";
  route.body_limit = kMaxItemBody;
  route.origins = Origins::kAny;
  route.handler = [state](Request&& request, Respond respond) {
    take_items(state, std::move(request), std::move(respond));
  };
  return route;
}

Route ping_route() {
  Route route;
  route.method = "GET";
  route.pattern = "/api/1/status/ping";
  route.origins = Origins::kAny;
  route.at_once = true;
  route.handler = [](Request&& /*request*/, Respond respond) {
    Response response{200, {}, "pong"};
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    respond(std::move(response));
  };
  return route;
}

/// What the vendor's API has and this server does not yet: answered in its shape, counted.
constexpr std::array<std::string_view, 14> kNotBuilt = {
    "session", "sourcemap", "signed_url", "proguard", "dsym",          "fluttersymbols", "webhook",
    "search",  "rql",       "metrics",    "people",   "notifications", "service_links",  "environment"};

void add_not_built(const StatePtr& state, std::vector<Route>& routes) {
  for (const std::string_view part : kNotBuilt) {
    for (const std::string_view rest : {"", "/{rest...}"}) {
      Route route;
      route.method = "*";
      route.pattern = "/api/1/" + std::string(part) + std::string(rest);
      route.origins = part == "session" ? Origins::kAny : Origins::kVendor;
      route.handler = [state, part](Request&& request, Respond respond) {
        respond(refuse(state->middle, request,
                       {ErrorCode::kUnimplemented,
                        std::string(part) + ": this part of the API is not available on this server yet."}));
      };
      routes.push_back(std::move(route));
    }
  }
}

}  // namespace

Slice make_rollbar_slice(Middle& middle) {
  const auto state = std::make_shared<State>(middle);
  Slice slice;
  slice.http.slice = "rollbar";
  slice.http.prefixes = {"/api/1/"};
  slice.http.shape_error = [state](const Request& request, const Error& error) {
    const bool large = error.code == ErrorCode::kTooLarge;
    return refuse(state->middle, request, large ? Error{error.code, "request entity too large"} : error);
  };
  auto& routes = slice.http.routes;
  routes.push_back(item_route(state));
  routes.push_back(ping_route());
  add_item_routes(state, routes);
  add_instance_routes(state, routes);
  add_deploy_routes(state, routes);
  add_report_routes(state, routes);
  add_project_routes(state, routes);
  add_team_routes(state, routes);
  add_page_item_routes(state, routes);
  add_not_built(state, routes);
  return slice;
}

}  // namespace tetrascope
