#pragma once

#include "core/json_writer.h"
#include "tetrascope/kit/finished_span.h"

namespace tetrascope::kit {

/// The member `cause` of a segment or subsegment: exceptions the span recorded, or else its status message; nothing for
/// a span that has neither. Frames innermost first, as the SDKs for Node, Go and Java write them.
void write_cause(JsonWriter& json, const FinishedSpan& span, bool with_stacks);

}  // namespace tetrascope::kit
