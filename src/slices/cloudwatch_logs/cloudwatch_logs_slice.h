#pragma once

#include "slices/slice.h"

namespace tetrascope {

/// AWS CloudWatch Logs: AWS JSON 1.1, `X-Amz-Target: Logs_20140328.…` on any path.
Slice make_cloudwatch_logs_slice(Middle& middle);

}  // namespace tetrascope
