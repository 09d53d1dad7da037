#include "slices/otlp/decode.h"

namespace tetrascope::otlp {

Result<DecodeReport> decode(OtlpSignal signal, Format format, std::string_view body, const OtlpContext& context,
                            Batch& out) {
  const bool json = format == Format::kJson;
  switch (signal) {
    case OtlpSignal::kTraces:
      return (json ? decode_traces_json : decode_traces)(body, context, out);
    case OtlpSignal::kLogs:
      return (json ? decode_logs_json : decode_logs)(body, context, out);
    case OtlpSignal::kMetrics:
      return (json ? decode_metrics_json : decode_metrics)(body, context, out);
  }
  return fail(ErrorCode::kInternal, "no such signal");
}

}  // namespace tetrascope::otlp
