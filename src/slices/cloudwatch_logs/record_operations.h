#pragma once

#include "slices/cloudwatch_logs/operation.h"

namespace tetrascope::cloudwatch_logs {

/// One event of an Insights result by its `@ptr`, and the fields that a group's events have.
/// Source: dossier cloudwatch_logs 5.1, 5.7.
Outcome<Answer> get_log_record(Call& call);
Outcome<Answer> get_log_group_fields(Call& call);

}  // namespace tetrascope::cloudwatch_logs
