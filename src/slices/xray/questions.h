#pragma once
// Operations that read traces: by id, by filter, as graphs and as time series (dossier xray 3.4–3.6, 4.3, 4.4).

#include "slices/xray/call.h"
#include "slices/xray/graph_index.h"

namespace tetrascope::xray {

Outcomes<Value> batch_get_traces(Call& call);
Outcomes<Value> get_trace_summaries(Call& call);
Outcomes<Value> get_trace_graph(Call& call);
Outcomes<Value> get_service_graph(Call& call, GraphIndex& index);
Outcomes<Value> get_time_series(Call& call, GraphIndex& index);

/// The list of trace ids in member `name`. `malformed` takes what is no trace id; null: refused.
Outcomes<std::vector<TraceId>> trace_ids_of(const Call& call, std::string_view name, Array* malformed);

}  // namespace tetrascope::xray
