#pragma once
// What somebody wants to be gone, as `tetrascope delete` says it.

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/value.h"
#include "query/removal.h"

namespace tetrascope::upkeep {

/// At least one is set; rows that meet all of them.
struct Selection {
  std::optional<std::string> trace;      ///< 32 hex digits, X-Ray's form, or whatever text a client used
  std::optional<std::string> dataset;    ///< a Honeycomb dataset, in every environment
  std::optional<std::string> log_group;  ///< what CloudWatch Logs shows as this group, in every region
  std::optional<UnixNanos> before;       ///< what happened before
  bool everything = false;               ///< all rows of all tables; alone
};

/// {"trace","dataset","log_group","before" (Unix nanoseconds),"everything"}; what is absent is not asked for.
/// Errors: kInvalid: nothing is asked for, an unknown member, a wrong type, or `everything` with something else.
Result<Selection> selection_of(const Object& json);

/// Not of `everything`.
std::vector<plan::Removal> removals_of(const Selection& selection);

}  // namespace tetrascope::upkeep
