#pragma once
// POST /api/1/item/: decoded, placed in items, stored, answered when it is on disk (dossier 1).

#include "slices/rollbar/state.h"

namespace tetrascope::rollbar {

void take_items(const StatePtr& state, Request&& request, Respond respond);

}  // namespace tetrascope::rollbar
