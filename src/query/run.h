#pragma once
// From a plan to its answer: check, write, execute, decode.

#include "base/result.h"
#include "model/attribute_layout.h"
#include "query/check.h"
#include "query/plan.h"
#include "storage/storage.h"

namespace tetrascope::plan {

/// Cells have the type that check() says; kAny cells are the value itself (parsed from its JSON).
struct Answer {
  std::vector<OutputColumn> columns;
  std::vector<std::vector<Value>> rows;
  std::size_t rows_read = 0;
};

/// Errors: those of check() and of Storage::execute().
Result<Answer> run(Storage& storage, const Plan& plan, const QueryBounds& bounds = {},
                   const AttributeLayouts& layouts = AttributeLayouts());

}  // namespace tetrascope::plan
