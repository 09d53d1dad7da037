#pragma once
// Metric points as OTLP JSON.

#include <string>

#include "upkeep/otlp_row.h"

namespace tetrascope::upkeep {

/// Whether two rows are points of one metric, which are written together.
bool is_same_metric(const OtlpRows& rows, std::size_t a, std::size_t b);
/// The Metric of the points [begin, end), which are of one metric.
void append_metric(const OtlpRows& rows, std::size_t begin, std::size_t end, std::string& out);

}  // namespace tetrascope::upkeep
