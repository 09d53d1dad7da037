#pragma once
// X-Ray segment documents, as the SDKs write them, out of the same simulated traces.

#include <vector>

#include "data/marked_bytes.h"
#include "data/trace.h"

namespace tetrascope::bench {

/// One document for each span of the trace that takes a request, with the others as its subsegments.
std::vector<MarkedBytes> segment_documents(const Trace& trace);

/// A datagram of the daemon's protocol.
MarkedBytes segment_datagram(const MarkedBytes& document);
/// The body of PutTraceSegments; at most 50 documents.
MarkedBytes put_trace_segments(const std::vector<MarkedBytes>& documents);

}  // namespace tetrascope::bench
