#pragma once
// Items: listed, looked up, changed (dossier 4.2 and 3.2).

#include <vector>

#include "slices/rollbar/calls.h"

namespace tetrascope::rollbar {

void add_item_routes(const StatePtr& state, std::vector<Route>& routes);

}  // namespace tetrascope::rollbar
