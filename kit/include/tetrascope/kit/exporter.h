#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tetrascope/kit/finished_span.h"
#include "tetrascope/kit/resource.h"

namespace tetrascope::kit {

class Deadline;

struct SpanBatch {
  const FinishedSpan* const* spans = nullptr;
  std::size_t size = 0;

  const FinishedSpan* const* begin() const noexcept { return spans; }
  const FinishedSpan* const* end() const noexcept { return spans + size; }
};

/// Counts of one call; a span is in one of them.
struct ExportCounts {
  std::uint64_t exported = 0;
  std::uint64_t rejected = 0;  // the server took the request and refused these
  std::uint64_t failed = 0;    // could not be sent
};

/// Takes finished spans away, on one thread that belongs to it.
class SpanExporter {
 public:
  virtual ~SpanExporter() = default;
  /// Once, before the first batch.
  virtual void start(const Resource& resource) = 0;
  /// May wait, but not past `deadline`. Says itself, once a cause, why something failed.
  virtual ExportCounts export_batch(const SpanBatch& batch, Deadline& deadline) = 0;
  /// Called between batches, at least every `schedule_delay_ms`, and after the last (`last`): for exporters that hold
  /// back. They count a span when they let it go, here or in `export_batch`.
  virtual ExportCounts tick(bool last, Deadline& deadline) {
    (void)last;
    (void)deadline;
    return {};
  }
  /// In a forked child, before anything else: leave the parent's connections alone.
  virtual void after_fork() {}
  /// Asks for a span when it starts too, as a copy with `in_progress()`, if it is the first of its process in the
  /// trace.
  virtual bool wants_starts() const { return false; }
};

/// OTLP over HTTP, protobuf. Source: opentelemetry-proto v1, OTLP specification 1.x.
struct OtlpHttpOptions {
  std::string url = "http://localhost:4318/v1/traces";
  std::vector<std::pair<std::string, std::string>> headers;
  bool gzip = true;
  long timeout_ms = 10'000;    // of one try
  long retry_for_ms = 30'000;  // 429, 502, 503, 504 and broken connections are tried again for so long
  std::string certificate_file;
  std::string client_certificate_file;
  std::string client_key_file;

  /// OTEL_EXPORTER_OTLP_* and, before them, OTEL_EXPORTER_OTLP_<SIGNAL>_*; `signal` is `traces`, `logs` or `metrics`.
  static OtlpHttpOptions from_environment(const std::string& signal);
};

std::unique_ptr<SpanExporter> make_otlp_exporter(OtlpHttpOptions options);

/// Keeps a text per span, for tests and for looking: one line of JSON each, through `write` (default: standard output).
std::unique_ptr<SpanExporter> make_console_exporter();

}  // namespace tetrascope::kit
