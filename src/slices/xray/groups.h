#pragma once
// Groups: filters with a name (dossier xray 7.1). `Default` is always there and has none.

#include <optional>
#include <string>

#include "slices/xray/call.h"

namespace tetrascope::xray {

Outcomes<Value> create_group(Call& call);
Outcomes<Value> get_group(Call& call);
Outcomes<Value> get_groups(Call& call);
Outcomes<Value> update_group(Call& call);
Outcomes<Value> delete_group(Call& call);

/// What a call of the graph or of statistics is limited to by GroupName or GroupARN; null: nothing.
Outcomes<FilterPtr> group_filter(const Call& call);
/// Parses an expression, with the groups that it names put in. Null for "".
Outcomes<FilterPtr> read_filter(const Call& call, const std::string& text);
/// Whether a group of this ARN is there.
Outcomes<bool> is_group_arn(const Call& call, const std::string& arn);

}  // namespace tetrascope::xray
