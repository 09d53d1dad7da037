#pragma once

#include "tetrascope/kit/finished_span.h"

namespace tetrascope::kit {

/// Span records in waiting: taken by threads that start spans, given back by the exporter that read them last.
struct SpanPool {
  /// Cleared; null when memory is out.
  static FinishedSpan* take() noexcept;
  /// Into the processor's caches; `span` may belong to anybody, or be gone.
  static void fetch_ahead(const FinishedSpan& span) noexcept;
  static void give_back(FinishedSpan* span) noexcept;
  /// The same for one of several holders.
  static void release(FinishedSpan* span) noexcept;
};

}  // namespace tetrascope::kit
