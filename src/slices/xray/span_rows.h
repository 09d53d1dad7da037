#pragma once
// A segment document as rows: the document itself, and a span for each segment and subsegment that is complete.

#include <string_view>

#include "base/time.h"
#include "ingest/batch.h"
#include "slices/xray/segment.h"

namespace tetrascope::xray {

inline constexpr std::string_view kProtocol = "xray";
/// Kinds of documents: every part of it is a span too; some are not, since they are in progress or say no time.
inline constexpr std::string_view kDocumentKind = "xray.segment";
inline constexpr std::string_view kPartialKind = "xray.segment.partial";

/// `service`: name of the segment that a subsegment of its own belongs to, where it is known. What is in progress has
/// no span yet: it will come again, whole, and would be counted twice.
void append_rows(const Segment& segment, std::string_view document, std::string_view service, UnixNanos received,
                 Batch& batch);

}  // namespace tetrascope::xray
