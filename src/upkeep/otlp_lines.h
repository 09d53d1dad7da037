#pragma once
// Rows of the store as OTLP JSON, a line each request, as the Collector's file exporter writes them and its receiver
// reads them.
//
// What OTLP has no place for is left out: which vendor's client sent a row, its dataset and environment, and when it
// arrived. A sample rate that did not come in the trace state goes back into the attribute `SampleRate`.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/plan.h"
#include "query/run.h"

namespace tetrascope::upkeep {

enum class ExportSignal { kTraces, kLogs, kMetrics };
/// `traces`, `logs`, `metrics`.
std::optional<ExportSignal> export_signal(std::string_view name);
plan::Table table_of(ExportSignal signal);

/// The columns that otlp_lines() reads.
std::vector<std::string> otlp_columns(ExportSignal signal);
/// The same, of the rows that meet `where` (null: all), in the order of their time.
plan::Plan otlp_plan(ExportSignal signal, plan::TimeRange range, plan::ExprPtr where, std::uint64_t limit);

/// Rows that follow one another and have one resource and scope stand together. A line has at most 1,000 rows.
/// `answer`: of an otlp_plan().
std::string otlp_lines(ExportSignal signal, const plan::Answer& answer);

}  // namespace tetrascope::upkeep
