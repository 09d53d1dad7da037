#pragma once
// Deploys, environments and versions (dossier 3.3 and 4.4).

#include <vector>

#include "slices/rollbar/calls.h"

namespace tetrascope::rollbar {

void add_deploy_routes(const StatePtr& state, std::vector<Route>& routes);

}  // namespace tetrascope::rollbar
