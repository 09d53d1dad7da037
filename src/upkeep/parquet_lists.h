#pragma once
// Events, links and exemplars of a row as lists of tuples, and back.

#include <string_view>
#include <utility>
#include <vector>

#include "upkeep/otlp_row.h"

namespace tetrascope::upkeep {

/// An Array of Arrays, whose elements stand in the order of the column's type (parquet_columns.cc).
Value events_cell(const OtlpRows& rows, std::size_t row);
Value links_cell(const OtlpRows& rows, std::size_t row);
Value exemplars_cell(const OtlpRows& rows, std::size_t row);

/// Columns of the store, by name.
using NamedCells = std::vector<std::pair<std::string_view, Value>>;
/// Errors: kInvalid: an attribute that is none of its type.
Result<NamedCells> events_of_cell(const Value& cell);
Result<NamedCells> links_of_cell(const Value& cell);
Result<NamedCells> exemplars_of_cell(const Value& cell);

}  // namespace tetrascope::upkeep
