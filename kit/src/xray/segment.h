#pragma once

#include <cstdint>
#include <string>

#include "tetrascope/kit/finished_span.h"
#include "tetrascope/kit/xray.h"
#include "xray/origin.h"

namespace tetrascope::kit {

/// Writes spans as X-Ray documents. Source: X-Ray developer guide, "segment documents"; names and attributes map as
/// OpenTelemetry's X-Ray exporter maps them, old and new conventions alike.
class SegmentWriter {
 public:
  SegmentWriter(const XrayOptions& options, const Resource& resource, Origin origin);

  /// A span that is no one's child here, and one that serves, is a segment.
  static bool is_segment(const FinishedSpan& span);

  enum class Detail { kAll, kNoMetadata, kNoStacks };  // each without what the ones before leave out, too
  /// The document without its closing brace, so that subsegments can follow. `embedded`: within its segment's document,
  /// where type, trace and parent go without saying.
  std::string write(const FinishedSpan& span, bool embedded, Detail detail) const;

 private:
  std::string name(const FinishedSpan& span) const;

  const XrayOptions& options_;
  const std::string service_;
  const std::string version_;
  const Origin origin_;
};

/// What `write` of an embedded subsegment leaves out: put before the closing brace, it may travel alone.
std::string independent_members(const TraceId& trace, const SpanId& parent);

}  // namespace tetrascope::kit
