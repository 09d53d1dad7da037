#pragma once
// Whether a trace fits a filter expression (dossier xray 5.2).

#include <expected>
#include <functional>
#include <optional>
#include <string>

#include "slices/xray/filter.h"
#include "slices/xray/root_causes.h"
#include "slices/xray/trace_model.h"

namespace tetrascope::xray {

bool matches(const Filter& filter, const Trace& trace, const std::string& account);

/// The filter of a group: null for one without; nullopt for a group that is not known.
using GroupLookup = std::function<std::optional<std::string>(const GroupTerm&)>;
/// Puts the groups' own filters in the place of `group.name = …`. Errors: an unknown group, groups that name one
/// another too deeply.
std::expected<FilterPtr, std::string> with_groups(FilterPtr filter, const GroupLookup& lookup);

/// Whether a node fits; `""`, `"null"` and `"undefined"` as a type mean a node without one.
bool fits(const NodeMatch& match, const std::string& name, const std::string& type, const std::string& account);

}  // namespace tetrascope::xray
