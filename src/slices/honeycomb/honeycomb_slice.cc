#include "slices/honeycomb/honeycomb_slice.h"

#include <array>

#include "slices/honeycomb/access.h"
#include "slices/honeycomb/column_routes.h"
#include "slices/honeycomb/dataset_routes.h"
#include "slices/honeycomb/derived_column_routes.h"
#include "slices/honeycomb/event.h"
#include "slices/honeycomb/marker_routes.h"
#include "slices/honeycomb/query_routes.h"
#include "slices/honeycomb/refusals.h"
#include "slices/honeycomb/take_events.h"

namespace tetrascope {
namespace {

using namespace honeycomb;

/// Bytes of a body of the management and query API (2.13).
constexpr std::size_t kManagementBody = 100'000;

/// A call that is answered at once.
using Answer = Response (*)(Middle&, const Request&);

Route now(Middle& middle, std::string method, std::string pattern, Answer answer) {
  return {.method = std::move(method),
          .pattern = std::move(pattern),
          .handler = [&middle, answer](Request&& request, Respond respond) { respond(answer(middle, request)); },
          .body_limit = kManagementBody,
          .origins = Origins::kVendor,
          .accepts = {}};
}

/// A call that looks into the rows.
Route asked(Middle& middle, std::string method, std::string pattern, Answer answer) {
  Route route = now(middle, std::move(method), std::move(pattern), answer);
  route.handler =
      on_query_pool(middle, std::move(route.handler),
                    [&middle](const Request& request, const Error& error) { return refuse(middle, request, error); });
  return route;
}

/// What the vendor's API has and this server does not yet (dossier honeycomb_otlp 3.1): answered in its shape, counted.
constexpr std::array<std::string_view, 13> kNotBuilt = {"dataset_definitions",
                                                        "query_annotations",
                                                        "boards",
                                                        "marker_settings",
                                                        "triggers",
                                                        "recipients",
                                                        "slos",
                                                        "burn_alerts",
                                                        "maps",
                                                        "kinesis_events",
                                                        "signals",
                                                        "reporting",
                                                        "marker_types"};

Response answer_not_built(Middle& middle, const Request& request) {
  const std::string_view part = std::string_view(request.path).substr(3);
  return refuse(middle, request,
                {ErrorCode::kUnimplemented, std::string(part.substr(0, part.find('/'))) +
                                                ": this part of the API is not available on this server yet"});
}

void add_not_built(Middle& middle, std::vector<Route>& routes) {
  for (const std::string_view part : kNotBuilt) {
    const std::string path = "/1/" + std::string(part);
    for (const std::string& pattern : {path, path + "/{rest...}"}) {
      Route route = now(middle, "*", pattern, answer_not_built);
      route.body_limit = kMaxBatchBody;
      routes.push_back(std::move(route));
    }
  }
  routes.push_back(now(middle, "*", "/2/teams/{rest...}", answer_not_built));
}

void add_ingest(Middle& middle, std::vector<Route>& routes) {
  const auto add = [&](std::string pattern, std::size_t limit, void (*take)(Middle&, Request&&, Respond)) {
    routes.push_back(
        {.method = "POST",
         .pattern = std::move(pattern),
         .handler = [&middle, take](Request&& request,
                                    Respond respond) { take(middle, std::move(request), std::move(respond)); },
         .body_limit = limit,
         .origins = Origins::kAny,
         .accepts = {}});
  };
  add("/1/events/{dataset}", kMaxEventBody, take_event);
  add("/1/batch/{dataset}", kMaxBatchBody, take_batch);
}

void add_queries(Middle& middle, std::vector<Route>& routes) {
  routes.push_back(now(middle, "POST", "/1/queries/{dataset}", create_query));
  routes.push_back(now(middle, "GET", "/1/queries/{dataset}/{id}", get_query));
  const auto running = std::make_shared<RunningQueries>();
  const auto add = [&](std::string method, std::string pattern,
                       Response (*answer)(Middle&, const std::shared_ptr<RunningQueries>&, const Request&)) {
    Route route = now(middle, std::move(method), std::move(pattern), nullptr);
    route.handler = [&middle, running, answer](Request&& request, Respond respond) {
      respond(answer(middle, running, request));
    };
    routes.push_back(std::move(route));
  };
  add("POST", "/1/query_results/{dataset}", create_result);
  add("GET", "/1/query_results/{dataset}/{id}", get_result);
}

}  // namespace

Slice make_honeycomb_slice(Middle& middle) {
  Slice slice;
  slice.http.slice = "honeycomb";
  slice.http.prefixes = {"/1/", "/2/"};
  // Also for paths that nobody has: they are counted like every refusal.
  slice.http.shape_error = [&middle](const Request& request, const Error& error) {
    return refuse(middle, request, error);
  };
  auto& routes = slice.http.routes;
  add_ingest(middle, routes);
  routes.push_back(now(middle, "GET", "/1/auth", answer_auth));
  routes.push_back(now(middle, "GET", "/2/auth", answer_management_auth));
  routes.push_back(now(middle, "POST", "/1/datasets", create_dataset));
  routes.push_back(now(middle, "GET", "/1/datasets", list_datasets));
  routes.push_back(now(middle, "GET", "/1/datasets/{dataset}", get_dataset));
  routes.push_back(now(middle, "PUT", "/1/datasets/{dataset}", update_dataset));
  routes.push_back(now(middle, "DELETE", "/1/datasets/{dataset}", delete_dataset));
  routes.push_back(asked(middle, "POST", "/1/columns/{dataset}", create_column));
  routes.push_back(asked(middle, "GET", "/1/columns/{dataset}", list_columns));
  routes.push_back(asked(middle, "GET", "/1/columns/{dataset}/{id}", get_column));
  routes.push_back(asked(middle, "PUT", "/1/columns/{dataset}/{id}", update_column));
  routes.push_back(asked(middle, "DELETE", "/1/columns/{dataset}/{id}", delete_column));
  routes.push_back(now(middle, "POST", "/1/derived_columns/{dataset}", create_derived_column));
  routes.push_back(now(middle, "GET", "/1/derived_columns/{dataset}", list_derived_columns));
  routes.push_back(now(middle, "GET", "/1/derived_columns/{dataset}/{id}", get_derived_column));
  routes.push_back(now(middle, "PUT", "/1/derived_columns/{dataset}/{id}", update_derived_column));
  routes.push_back(now(middle, "DELETE", "/1/derived_columns/{dataset}/{id}", delete_derived_column));
  for (const std::string path : {"/1/markers", "/1/markers/{dataset}"}) {
    routes.push_back(now(middle, "POST", path, create_marker));
    routes.push_back(now(middle, "GET", path, list_markers));
  }
  routes.push_back(now(middle, "PUT", "/1/markers/{dataset}/{id}", update_marker));
  routes.push_back(now(middle, "DELETE", "/1/markers/{dataset}/{id}", delete_marker));
  add_queries(middle, routes);
  add_not_built(middle, routes);
  return slice;
}

}  // namespace tetrascope
