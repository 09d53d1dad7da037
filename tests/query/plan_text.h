#pragma once
// Plans as the case files write them: JSON that mirrors query/plan.h.
//
//   {"range": [from, to], "reads": [{"table", "unnest": [], "columns": {name: expr}, "where": expr}], "stages": [{…}]}
//
// An expression is
//   1  1.5  true  "text"  null         literals
//   ["function", argument, …]          by function_name()
//   {"column": name} {"field": name} {"attribute": key, "level", "type", "types"} {"attributes": level}
//   {"literal": value, "type": type} {"id": hex} {"list": [value, …]} {"ids": [hex, …]} {"repeat": text, "times": n}
//   {"in": expr, "plan": plan}

#include "base/result.h"
#include "query/plan.h"

namespace tetrascope {

/// Errors: kInvalid, with what was not understood.
Result<plan::Plan> plan_from_text(std::string_view json);

}  // namespace tetrascope
