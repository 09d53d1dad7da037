#pragma once
// Insights (dossier xray 7.2): their calls are answered in shape. Nothing detects anomalies yet, so there are none.

#include "slices/xray/call.h"

namespace tetrascope::xray {

Outcomes<Value> get_insight_summaries(Call& call);
/// GetInsight, GetInsightEvents, GetInsightImpactGraph: of an id that nobody was given.
Outcomes<Value> get_insight(Call& call);

}  // namespace tetrascope::xray
