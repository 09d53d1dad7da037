#pragma once

#include "slices/cloudwatch_logs/operation.h"

namespace tetrascope::cloudwatch_logs {

/// Saved queries of Logs Insights, of one region. Source: dossier cloudwatch_logs 2.4.
Outcome<Answer> put_query_definition(Call& call);
Outcome<Answer> describe_query_definitions(Call& call);
Outcome<Answer> delete_query_definition(Call& call);

}  // namespace tetrascope::cloudwatch_logs
