#pragma once
// The three reports (dossier 4.7).

#include <vector>

#include "slices/rollbar/calls.h"

namespace tetrascope::rollbar {

void add_report_routes(const StatePtr& state, std::vector<Route>& routes);

}  // namespace tetrascope::rollbar
