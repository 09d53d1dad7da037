#pragma once
// From the tree of a query to a plan.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/field_catalogue.h"
#include "slices/cloudwatch_logs/insights_query.h"
#include "slices/cloudwatch_logs/insights_values.h"

namespace tetrascope::cloudwatch_logs {

struct InsightsScope {
  plan::ExprPtr condition;  ///< of the rows of the groups; for a TableRead
  std::string account;
  std::string region;
  plan::TimeRange range;
  std::uint64_t limit = 10'000;  ///< where the query has none
  const FieldCatalogue* fields = nullptr;
  UnixNanos now;
  /// Where the queries inside of the query look.
  struct Inner {
    plan::ExprPtr condition;
    plan::TimeRange range;
  };
  std::map<const InsightsQuery*, Inner> inner = {};
};

struct InsightsPlan {
  plan::Plan plan;
  std::vector<std::string> names;  ///< of the plan's columns, in their order; those after them are hidden
  bool has_pointer = false;        ///< the hidden columns are time, order and service of an event
  /// One row: how many events the groups have, and how many bytes they are; where the query filters, then how many
  /// pass.
  plan::Plan counted;
  /// Not 0: so many rows are wanted, by time, and those of the newest part of the time (the oldest, without
  /// `newest_first`) are the answer where that part has as many. The whole may need more memory than a query has.
  std::uint64_t first_rows = 0;
  bool newest_first = true;
  std::vector<std::string> totals;  ///< names whose numbers make one more row at the end
};

Parsed<InsightsPlan> compile_insights_query(const InsightsQuery& query, const InsightsScope& scope);

}  // namespace tetrascope::cloudwatch_logs
