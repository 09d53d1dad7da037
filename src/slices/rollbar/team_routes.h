#pragma once
// Users and teams: nobody has an account here, so lists are empty (dossier 4.6).

#include <vector>

#include "slices/rollbar/calls.h"

namespace tetrascope::rollbar {

void add_team_routes(const StatePtr& state, std::vector<Route>& routes);

}  // namespace tetrascope::rollbar
