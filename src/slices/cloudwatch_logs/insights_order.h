#pragma once
// Which rows of an Insights query come first, and which of those that are alike stay.

#include <string>
#include <vector>

#include "slices/cloudwatch_logs/insights_values.h"

namespace tetrascope::cloudwatch_logs {

/// As 5.5 sorts: what is no number before numbers, missing ones last in both directions.
void add_sort_keys(plan::Sort& sort, const TypedQueryExpr& value, bool descending);

/// Where in the stages of a query its events are sorted by time alone, so that dedup needs no sorting of all of them.
struct TimeOrder {
  std::size_t stage = 0;
  bool descending = true;
};

/// A condition for events, to stand in front of the sorting by time: true for the first one of each distinct value of
/// `keys`, and for few others. It is found by a search of its own that holds nothing but the keys and an event's place,
/// where sorting would hold every event whole.
///   `before`: the read and the stages up to where `keys` are columns, with `time` and `place` (a number) among them
plan::ExprPtr is_first_of_its_kind(plan::Plan before, const TimeOrder& order, const std::vector<std::string>& keys,
                                   const std::string& time, const plan::ExprPtr& place);

/// The same for events in any other order: true for those that stay of `before`, whose stages sort and have the columns
/// of `dedup`. Its search holds what events are sorted by instead of whole ones.
plan::ExprPtr stays_in_order(plan::Plan before, const plan::Dedup& dedup, const plan::ExprPtr& place);

}  // namespace tetrascope::cloudwatch_logs
