// ExportLogsServiceRequest as protobuf.

#include "slices/otlp/row_guard.h"
#include "slices/otlp/wire_request.h"

namespace tetrascope::otlp {
namespace {

void read_log(std::string_view message, LogRecord& log, Budget& budget) {
  for (Fields fields(message); fields.next();) {
    switch (fields.number()) {
      case 1:
        log.time = fields.fixed64();
        break;
      case 2:
        log.severity_number = small_enum(fields.int32());
        break;
      case 3:
        log.severity_text = fields.text();
        break;
      case 5:
        log.body = read_any(fields.bytes(), log.values, budget);
        break;
      case 6:
        read_attribute(fields.bytes(), log.attributes, log.values, budget);
        break;
      case 7:
        log.dropped_attributes = fields.uint32();
        break;
      case 8:
        log.flags = fields.fixed32();
        break;
      case 9:
        log.trace_id = wire_trace_id(fields.bytes());
        break;
      case 10:
        log.span_id = wire_span_id(fields.bytes());
        break;
      case 11:
        log.observed_time = fields.fixed64();
        break;
      case 12:
        log.event_name = fields.text();
        break;
      default:
        fields.skip();
    }
  }
}

}  // namespace

Result<DecodeReport> decode_logs(std::string_view body, const OtlpContext& context, Batch& out) {
  RowGuard guard(out);
  Budget budget;
  Appender rows(OtlpSignal::kLogs, context, out, budget);
  LogRecord log;
  RETURN_IF_ERROR(WireRequest(rows, budget, "log record").read(body, [&](std::string_view message) {
    log.clear();
    read_log(message, log, budget);
    return rows.log(log);
  }));
  guard.keep();
  return rows.take_report();
}

}  // namespace tetrascope::otlp
