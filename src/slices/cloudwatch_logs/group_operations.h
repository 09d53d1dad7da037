#pragma once

#include "slices/cloudwatch_logs/operation.h"

namespace tetrascope::cloudwatch_logs {

/// Source: dossier cloudwatch_logs 2.4.
Outcome<Answer> create_log_group(Call& call);
Outcome<Answer> delete_log_group(Call& call);
Outcome<Answer> describe_log_groups(Call& call);
Outcome<Answer> list_log_groups(Call& call);
Outcome<Answer> put_retention_policy(Call& call);
Outcome<Answer> delete_retention_policy(Call& call);
Outcome<Answer> associate_kms_key(Call& call);
Outcome<Answer> disassociate_kms_key(Call& call);
Outcome<Answer> put_log_group_deletion_protection(Call& call);

}  // namespace tetrascope::cloudwatch_logs
