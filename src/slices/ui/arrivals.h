#pragma once
// What arrives: requests, errors and durations by service, spans and logs by protocol.

#include <string>

#include "base/result.h"
#include "query/runner.h"

namespace tetrascope::ui {

/// JSON of docs/protocols/ui.md, /api/v1/services. A request is a span of kind server or consumer, or a root; every
/// count is weighted by the sample rate. Errors: those of ask().
Result<std::string> read_services(const plan::Runner& runner, const plan::TimeRange& range);

}  // namespace tetrascope::ui
