#pragma once
// What the service can make beside groups, events and queries, and this server does not: there is none of it, so lists
// are empty, names are unknown, and making one is refused. Source: the operations of dossier cloudwatch_logs 2.1.

#include <string_view>

#include "slices/cloudwatch_logs/operation.h"

namespace tetrascope::cloudwatch_logs {

/// Null for a name that is none of these.
struct AbsentOperation;
const AbsentOperation* find_absent_operation(std::string_view name);
Outcome<Answer> answer_absent_operation(const AbsentOperation& operation, Call& call);

}  // namespace tetrascope::cloudwatch_logs
