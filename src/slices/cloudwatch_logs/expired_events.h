#pragma once
// Events that no call shows any longer: past their group's retention, of a removed group, or of a removed stream.

#include <vector>

#include "control/store.h"
#include "query/removal.h"

namespace tetrascope::cloudwatch_logs {

/// Of events that were sent to CloudWatch Logs; what services send by OTLP is only hidden here, since others show it.
/// Errors: those of the control state.
Result<std::vector<plan::Removal>> expired_events(ControlStore& control, UnixNanos now);

}  // namespace tetrascope::cloudwatch_logs
