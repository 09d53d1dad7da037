#pragma once
// StartLiveTail: the one operation whose answer has no end.

#include "slices/cloudwatch_logs/operation.h"

namespace tetrascope::cloudwatch_logs {

/// The answer is a stream of events (slices/aws/event_stream.h), or a fault before it begins.
Outcome<Response> start_live_tail(Call& call);

}  // namespace tetrascope::cloudwatch_logs
