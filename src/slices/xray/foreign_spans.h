#pragma once
// Spans of other protocols as segment documents (dossier xray 8.1): what OpenTelemetry's X-Ray exporter would have made
// of them.

#include <vector>

#include "query/plan.h"
#include "slices/xray/trace_model.h"

namespace tetrascope::xray {

/// What document_of_span() reads of a span; `trace_id` is the first.
std::vector<plan::Named> foreign_columns();

/// `row`: cells in the order of foreign_columns().
StoredDocument document_of_span(const std::vector<Value>& row);

}  // namespace tetrascope::xray
