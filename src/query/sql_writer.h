#pragma once
// The one place where SQL for telemetry is written.

#include "base/result.h"
#include "query/plan.h"
#include "storage/statement.h"

namespace tetrascope::plan {

/// Output columns are those of check(plan), in that order; kAny columns hold the store's JSON text (model/value.h).
/// Errors: kInvalid when check() would refuse the plan.
Result<Statement> write_sql(const Plan& plan);

}  // namespace tetrascope::plan
