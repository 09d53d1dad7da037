#pragma once
// A filter of the specification as a condition of the plan (dossier honeycomb_otlp 4.11).

#include "slices/honeycomb/query_fields.h"
#include "slices/honeycomb/query_spec.h"

namespace tetrascope::honeycomb {

/// The condition, over fields that `reader` is told to read. The filter's value becomes one of the column's declared
/// type; one that cannot is equal to nothing. Against a number, the numbers of a column of text are compared as
/// numbers. A negative operator holds for rows that lack the column.
plan::ExprPtr filter_condition(const FilterSpec& filter, QueryFields& fields);
/// Whether a row that lacks the column can pass.
bool holds_without_value(FilterOp op);
/// Null for no filters.
plan::ExprPtr filters_condition(const FilterSet& set, QueryFields& fields);

/// The one trace that the filters ask for, when all of them must hold; nullptr for none.
const std::string* wanted_trace(const FilterSet& filters);

/// Columns without which no row passes the filters.
std::vector<const std::string*> needed_columns(const FilterSet& filters);

}  // namespace tetrascope::honeycomb
