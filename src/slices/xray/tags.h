#pragma once
// Tags of groups and sampling rules (dossier xray 7.5).

#include <map>
#include <string>

#include "slices/xray/call.h"

namespace tetrascope::xray {

using Tags = std::map<std::string, std::string>;

Outcomes<Value> tag_resource(Call& call);
Outcomes<Value> untag_resource(Call& call);
Outcomes<Value> list_tags(Call& call);

/// The member `Tags` of a call that creates something.
Outcomes<Tags> tags_of_call(const Call& call);
Outcomes<bool> store_tags(const Call& call, const std::string& arn, const Tags& tags);
Outcomes<bool> remove_tags(const Call& call, const std::string& arn);

}  // namespace tetrascope::xray
