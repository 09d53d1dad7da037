#pragma once
// What GetTraceSummaries says of a trace (dossier xray 4.1).

#include <string>

#include "model/value.h"
#include "slices/xray/trace_model.h"

namespace tetrascope::xray {

/// `matched`: when the event that was asked for happened; 0 leaves it out.
Value summary_of(const Trace& trace, const std::string& account, double matched);

/// {Name, Names, AccountId, Type} of a segment's node.
Value service_id(const Part& segment, const std::string& account);

/// An entry of BatchGetTraces.
Value full_trace(const Trace& trace);

}  // namespace tetrascope::xray
