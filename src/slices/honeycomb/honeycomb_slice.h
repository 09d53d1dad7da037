#pragma once
// Honeycomb's own API: events in, questions and answers out (docs/protocols/honeycomb.md).

#include "slices/slice.h"

namespace tetrascope {

Slice make_honeycomb_slice(Middle& middle);

}  // namespace tetrascope
