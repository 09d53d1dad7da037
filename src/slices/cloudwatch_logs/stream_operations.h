#pragma once

#include "slices/cloudwatch_logs/operation.h"

namespace tetrascope::cloudwatch_logs {

/// Source: dossier cloudwatch_logs 2.4.
Outcome<Answer> create_log_stream(Call& call);
Outcome<Answer> delete_log_stream(Call& call);
Outcome<Answer> describe_log_streams(Call& call);

}  // namespace tetrascope::cloudwatch_logs
