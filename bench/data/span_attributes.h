#pragma once
// The attributes of a span, named as OpenTelemetry's semantic conventions name them for its kind of work.

#include <string>

#include "data/otlp_attributes.h"
#include "data/trace.h"

namespace tetrascope::bench {

/// The span's name, low in cardinality: "GET /api/v2/carts/{id}", "SELECT orders_items".
std::string span_name(const Span& span);

/// About 15.6 of 60 keys. `random`: draws numbers that nothing else depends on.
void write_span_attributes(const Trace& trace, const Span& span, Random& random, AttributeWriter& out);

/// Some 12 frames of text.
std::string stack_trace(const Span& span);
std::string exception_type(const Span& span);

}  // namespace tetrascope::bench
