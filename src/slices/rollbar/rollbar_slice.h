#pragma once
// Rollbar: items and deploys come in, the management API answers for them (dossier rollbar).

#include "slices/slice.h"

namespace tetrascope {

Slice make_rollbar_slice(Middle& middle);

}  // namespace tetrascope
