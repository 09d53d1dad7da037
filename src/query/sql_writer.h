#pragma once
// The one place where SQL for telemetry is written.

#include <vector>

#include "base/result.h"
#include "model/attribute_layout.h"
#include "query/plan.h"
#include "storage/statement.h"

namespace tetrascope::plan {

/// How kQuantile is answered: by one of the values, in memory that grows with them, or by a digest of a fixed size.
/// kEqual: as kExact, for rows that stand for one each, in a sixth of the time (2 M rows: 66 instead of 424 ms of CPU);
/// the statement fails with kInvalid where one stands for more. Of more rows than kMostExactRows, by the number of
/// levels of an aggregate, both fail with kTooLarge before they begin to read.
enum class Quantiles { kEqual, kExact, kApproximate };
/// Rows in the time that is asked about. The engine's arrays take 8 to 16 bytes for each, and a query has about 150 MB.
inline constexpr std::size_t kMostExactRows = 8'000'000;

struct WrittenPlan {
  Statement statement;
  /// Of each output column: with which layout its attributes are packed (query/packed_attributes.h); null: they are
  /// not.
  std::vector<AttributeLayoutPtr> packed;
};

/// Output columns are those of check(plan), in that order; kAny columns hold the store's JSON text (model/value.h).
/// Errors: kInvalid when check() would refuse the plan.
/// `layouts`: which attributes have columns.
Result<WrittenPlan> write_sql(const Plan& plan, Quantiles quantiles = Quantiles::kExact,
                              const AttributeLayouts& layouts = AttributeLayouts());

}  // namespace tetrascope::plan
