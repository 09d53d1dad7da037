#pragma once
// Export requests to columns: one function a signal and format. No servers, no store; fuzzers and tests call these.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ingest/batch.h"
#include "slices/honeycomb_key.h"

namespace tetrascope::otlp {

enum class Format { kProtobuf, kJson };

/// What the request around the body says.
struct OtlpContext {
  HoneycombKey key;
  std::string_view dataset;  ///< X-Honeycomb-Dataset, "" for none
  UnixNanos received;
};

struct DecodeReport {
  std::uint64_t accepted = 0;  ///< spans, log records or data points that became rows
  std::uint64_t rejected = 0;  ///< those left out for good; `rejection` says why
  std::uint64_t span_events = 0;
  std::uint64_t metrics = 0;
  std::string rejection;  ///< for partial_success.error_message; empty when nothing was left out
};

/// Bytes of an inflated body. Source: dossier honeycomb_otlp 1.4.
inline constexpr std::size_t kMaxInflated = std::size_t{64} << 20;
/// Memory that one decoded request may take, counted roughly; a body of very many, very small records reaches it first.
inline constexpr std::size_t kMaxDecoded = std::size_t{256} << 20;

/// `body`: Export{Trace,Logs,Metrics}ServiceRequest, inflated; read only during the call.
/// `out`:  one row a span, log record or data point, appended; exceptions among them also as occurrences.
/// Errors: kMalformed (not such a request), kTooLarge (over kMaxDecoded), kUnauthenticated (a Classic key without a
///         dataset); `out`'s tables then have the rows that they had.
/// Source: opentelemetry-proto collector/*/v1; dossier honeycomb_otlp 1.9, 1.10.
Result<DecodeReport> decode_traces(std::string_view body, const OtlpContext& context, Batch& out);
Result<DecodeReport> decode_logs(std::string_view body, const OtlpContext& context, Batch& out);
Result<DecodeReport> decode_metrics(std::string_view body, const OtlpContext& context, Batch& out);

/// The same from OTLP's JSON: ids in hex, 64-bit integers as text or number, enums as number or name, keys in camelCase
/// or snake_case, unknown keys ignored, null as if absent.
Result<DecodeReport> decode_traces_json(std::string_view body, const OtlpContext& context, Batch& out);
Result<DecodeReport> decode_logs_json(std::string_view body, const OtlpContext& context, Batch& out);
Result<DecodeReport> decode_metrics_json(std::string_view body, const OtlpContext& context, Batch& out);

Result<DecodeReport> decode(OtlpSignal signal, Format format, std::string_view body, const OtlpContext& context,
                            Batch& out);

}  // namespace tetrascope::otlp
