#pragma once
// AWS STS, as far as clients of other services call it: GetCallerIdentity (watchtower does, for the tags of its group).

#include "slices/slice.h"

namespace tetrascope {

Slice make_sts_slice(Middle& middle);

}  // namespace tetrascope
