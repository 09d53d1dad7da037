#pragma once
// For how long X-Ray's rows are kept.

#include <memory>

#include "slices/slice.h"
#include "slices/xray/graph_index.h"

namespace tetrascope::xray {

/// What X-Ray's clients sent longer ago than the settings say (AWS: 30 days), and saved facts that no start reads.
std::vector<plan::Removal> expired_rows(const SliceSettings& settings, UnixNanos now);

/// Forgets what the index has of traces; gives what was saved of it.
std::vector<plan::Removal> forget_facts(GraphIndex& index);

}  // namespace tetrascope::xray
