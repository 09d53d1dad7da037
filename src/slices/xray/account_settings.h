#pragma once
// Settings of the account that change nothing here but are kept and given back: encryption, resource policies, where
// spans go, what is indexed (dossier xray 7.3, 7.4, 7.6).

#include "slices/xray/call.h"

namespace tetrascope::xray {

Outcomes<Value> get_encryption_config(Call& call);
Outcomes<Value> put_encryption_config(Call& call);
Outcomes<Value> put_resource_policy(Call& call);
Outcomes<Value> list_resource_policies(Call& call);
Outcomes<Value> delete_resource_policy(Call& call);
Outcomes<Value> get_indexing_rules(Call& call);
Outcomes<Value> update_indexing_rule(Call& call);
Outcomes<Value> get_segment_destination(Call& call);
Outcomes<Value> update_segment_destination(Call& call);

}  // namespace tetrascope::xray
