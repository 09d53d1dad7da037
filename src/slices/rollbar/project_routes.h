#pragma once
// Projects and access tokens (dossier 4.5).

#include <vector>

#include "slices/rollbar/calls.h"

namespace tetrascope::rollbar {

void add_project_routes(const StatePtr& state, std::vector<Route>& routes);

}  // namespace tetrascope::rollbar
