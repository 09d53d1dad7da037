#pragma once

#include "slices/cloudwatch_logs/operation.h"

namespace tetrascope::cloudwatch_logs {

/// PutLogEvents: answers when the events are on disk. All of them go in, but those that are too old, too new or beyond
/// the group's retention, which rejectedLogEventsInfo names. Source: dossier cloudwatch_logs 3.1.
void put_log_events(Call&& call, Respond respond);

}  // namespace tetrascope::cloudwatch_logs
