#pragma once
// POST /1/events/{dataset} and POST /1/batch/{dataset}: events in, acknowledged when they are on disk.

#include "slices/slice.h"

namespace tetrascope::honeycomb {

void take_event(Middle& middle, Request&& request, Respond respond);
void take_batch(Middle& middle, Request&& request, Respond respond);

}  // namespace tetrascope::honeycomb
