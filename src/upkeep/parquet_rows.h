#pragma once
// The store's rows as rows of a Parquet file, and back.

#include "query/run.h"
#include "upkeep/parquet_columns.h"

namespace tetrascope::upkeep {

/// otlp_plan() with what is only in Parquet files.
plan::Plan parquet_plan(ExportSignal signal, plan::TimeRange range, plan::ExprPtr where, std::uint64_t limit);

/// Rows with the columns of parquet_types(). `answer`: of a parquet_plan().
Rows parquet_rows(ExportSignal signal, const plan::Answer& answer);

/// What otlp_lines() wants, of rows with the columns of parquet_types().
/// Errors: kInvalid with the column: an attribute that is none of its type, a word that there is not.
Result<plan::Answer> answer_of_parquet(ExportSignal signal, const Rows& rows);

}  // namespace tetrascope::upkeep
