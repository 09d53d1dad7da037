#pragma once
// A request that fails half-way leaves no rows.

#include "ingest/batch.h"

namespace tetrascope::otlp {

class RowGuard {
 public:
  explicit RowGuard(Batch& batch)
      : batch_(batch),
        spans_(batch.spans.rows()),
        logs_(batch.logs.rows()),
        occurrences_(batch.occurrences.rows()),
        metrics_(batch.metrics.rows()) {}
  ~RowGuard() {
    if (keep_) return;
    batch_.spans.truncate(spans_);
    batch_.logs.truncate(logs_);
    batch_.occurrences.truncate(occurrences_);
    batch_.metrics.truncate(metrics_);
  }
  RowGuard(const RowGuard&) = delete;
  RowGuard& operator=(const RowGuard&) = delete;

  void keep() { keep_ = true; }

 private:
  Batch& batch_;
  const std::size_t spans_, logs_, occurrences_, metrics_;
  bool keep_ = false;
};

}  // namespace tetrascope::otlp
