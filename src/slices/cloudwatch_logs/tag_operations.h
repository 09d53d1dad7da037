#pragma once

#include "slices/cloudwatch_logs/operation.h"

namespace tetrascope::cloudwatch_logs {

/// The two families of calls share one store. Source: dossier cloudwatch_logs 2.4.
Outcome<Answer> tag_resource(Call& call);
Outcome<Answer> untag_resource(Call& call);
Outcome<Answer> list_tags_for_resource(Call& call);
Outcome<Answer> tag_log_group(Call& call);
Outcome<Answer> untag_log_group(Call& call);
Outcome<Answer> list_tags_log_group(Call& call);

/// The map of that name, checked.
Object read_tags(Parameters& parameters, std::string_view name, bool required);

}  // namespace tetrascope::cloudwatch_logs
