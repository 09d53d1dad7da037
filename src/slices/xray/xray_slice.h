#pragma once
// AWS X-Ray: the daemon's place (datagrams and calls without signature) and the API.

#include "slices/slice.h"

namespace tetrascope {

Slice make_xray_slice(Middle& middle);

}  // namespace tetrascope
