#pragma once
// Spans of other protocols as segment documents (dossier xray 8.1): what OpenTelemetry's X-Ray exporter would have made
// of them.

#include <vector>

#include "query/plan.h"
#include "slices/xray/trace_model.h"

namespace tetrascope::xray {

/// How much of a trace is wanted.
enum class Detail {
  kWhole,
  kGraph,  ///< who called whom, when, and how that ended: trace_facts.h needs no more. Half of the time.
};

/// What document_of_span() reads of a span; `trace_id` is the first.
std::vector<plan::Named> foreign_columns(Detail detail);

/// `row`: cells in the order of foreign_columns(), of either detail.
StoredDocument document_of_span(const std::vector<Value>& row);

}  // namespace tetrascope::xray
