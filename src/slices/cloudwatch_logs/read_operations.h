#pragma once

#include "slices/cloudwatch_logs/operation.h"

namespace tetrascope::cloudwatch_logs {

/// Source: dossier cloudwatch_logs 3.2 and 3.3.
Outcome<Answer> get_log_events(Call& call);
Outcome<Answer> filter_log_events(Call& call);

}  // namespace tetrascope::cloudwatch_logs
