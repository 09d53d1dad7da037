#pragma once
// The page's view of all projects' items, and its buttons. Rollbar's own API answers one project for a token; the page
// belongs to the operator, shows every project, those of OpenTelemetry's errors too, and needs no token. Source:
// docs/protocols/ui.md.

#include <vector>

#include "net/http.h"
#include "slices/rollbar/state.h"

namespace tetrascope::rollbar {

/// GET /api/v1/items, GET and PATCH /api/v1/items/{project}/{item}, GET /api/v1/items/{project}/{item}/occurrences.
void add_page_item_routes(const StatePtr& state, std::vector<Route>& routes);

}  // namespace tetrascope::rollbar
