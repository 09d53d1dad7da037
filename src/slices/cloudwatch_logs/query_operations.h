#pragma once

#include "slices/cloudwatch_logs/operation.h"

namespace tetrascope::cloudwatch_logs {

/// Logs Insights. Source: dossier cloudwatch_logs 5.1.
Outcome<Answer> start_query(Call& call);
Outcome<Answer> get_query_results(Call& call);
Outcome<Answer> stop_query(Call& call);
Outcome<Answer> describe_queries(Call& call);
Outcome<Answer> list_log_groups_for_query(Call& call);

}  // namespace tetrascope::cloudwatch_logs
