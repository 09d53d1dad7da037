#pragma once
// Numbers of segment documents: SDKs send some of them as text.

#include <initializer_list>
#include <optional>
#include <string_view>

#include "model/members.h"

namespace tetrascope::xray {

/// A number, or text that is one (`"200"`).
std::optional<double> number_at(const Value& value, std::initializer_list<std::string_view> path);

}  // namespace tetrascope::xray
