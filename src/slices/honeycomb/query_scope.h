#pragma once
// What one query is asked of: rows, types, calculated fields.

#include "slices/honeycomb/formula.h"
#include "slices/honeycomb/query_reads.h"
#include "slices/honeycomb/query_spec.h"
#include "slices/slice.h"

namespace tetrascope::honeycomb {

/// With the owners of everything that readers of rows refer to.
struct QueryScope {
  Selection selection;
  Selection of_traces;  ///< where other rows of its traces are
  KindOverrides overrides;
  CalculatedFields calculated;
};

/// Errors: kNotFound: no such dataset.
Result<QueryScope> query_scope(const Middle& middle, std::string_view environment, std::string_view dataset,
                               const QuerySpec& spec);

}  // namespace tetrascope::honeycomb
