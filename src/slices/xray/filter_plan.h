#pragma once
// What of a filter the store can look for, so that only traces that may fit are put together.

#include <functional>
#include <string_view>

#include "model/field_catalogue.h"
#include "query/plan.h"
#include "slices/xray/filter.h"

namespace tetrascope::xray {

/// Types that an attribute of spans has, in any environment. Each that need not be looked for is a column less to read.
using TypesOfKey = std::function<FieldTypes(std::string_view key)>;
inline FieldTypes any_type(std::string_view /*key*/) { return FieldTypes::all(); }
/// As the catalogue knows them. Keeps the reference.
TypesOfKey known_types(const FieldCatalogue& fields);

/// A condition on the column trace_id that every trace that fits the filter fulfils, others perhaps too; null when the
/// store can leave nothing out. `range`: where the traces' spans are. Groups must have been replaced (with_groups).
plan::ExprPtr candidates(const Filter& filter, plan::TimeRange range, const TypesOfKey& types = any_type);

}  // namespace tetrascope::xray
