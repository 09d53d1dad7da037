#pragma once
// Occurrences: of an item, of a project, one (dossier 4.3).

#include <vector>

#include "slices/rollbar/calls.h"

namespace tetrascope::rollbar {

void add_instance_routes(const StatePtr& state, std::vector<Route>& routes);

}  // namespace tetrascope::rollbar
