#pragma once
// Log records over time by severity, and who wrote them.

#include <string>

#include "base/result.h"
#include "query/runner.h"
#include "slices/ui/log_search.h"

namespace tetrascope::ui {

/// JSON {"from","to","step","first","count","levels":[[…] × 7],"sources":[{"service","protocol","logs"}]}. `levels`:
/// one series each for no severity, trace, debug, info, warn, error, fatal. `sources` are told without
/// `search.service`, so that another can be chosen. `search.after` and `search.limit` say nothing here. Errors: those
/// of ask().
Result<std::string> read_log_histogram(const plan::Runner& runner, const LogSearch& search);

}  // namespace tetrascope::ui
