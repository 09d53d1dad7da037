#pragma once

#include "slices/cloudwatch_logs/operation.h"

namespace tetrascope::cloudwatch_logs {

/// Metric filters are stored, described and tested; subscription filters stored and described.
/// Source: dossier cloudwatch_logs 2.4, 4.6.
Outcome<Answer> put_metric_filter(Call& call);
Outcome<Answer> describe_metric_filters(Call& call);
Outcome<Answer> delete_metric_filter(Call& call);
Outcome<Answer> test_metric_filter(Call& call);
Outcome<Answer> put_subscription_filter(Call& call);
Outcome<Answer> describe_subscription_filters(Call& call);
Outcome<Answer> delete_subscription_filter(Call& call);

}  // namespace tetrascope::cloudwatch_logs
