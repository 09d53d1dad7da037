#pragma once
// Which rows are to go, as a plan says it, and the statements that count and delete them.

#include <array>
#include <span>

#include "base/result.h"
#include "model/attribute_layout.h"
#include "query/plan.h"
#include "storage/statement.h"

namespace tetrascope::plan {

/// Those that hold what clients sent, and of which rows can go.
inline constexpr std::array kTablesOfSignals = {Table::kSpans, Table::kLogs, Table::kOccurrences, Table::kMetrics,
                                                Table::kDocuments};

/// Rows of `table` whose time lies in `range` and that meet `where`.
struct Removal {
  Table table = Table::kSpans;
  ExprPtr where;  ///< of a TableRead without `unnest`; no InPlan; null: all
  TimeRange range = kAllTime;
};

/// The statements of one Removal: the same condition in each.
struct RemovalSql {
  Statement count;   ///< one row: how many there are
  Statement remove;  ///< begins it; the engine then rewrites the parts that they lie in
};

/// Of several removals of one table: rows that any of them takes. `removals` is not empty.
/// Errors: kInvalid when check() would refuse a condition.
Result<RemovalSql> write_removal(std::span<const Removal> removals, const AttributeLayouts& layouts);

}  // namespace tetrascope::plan
