// ExportLogsServiceRequest as JSON.

#include <array>

#include "slices/otlp/json_request.h"
#include "slices/otlp/row_guard.h"

namespace tetrascope::otlp {
namespace {

constexpr JsonFrame kLogsFrame = {"resourceLogs", "scopeLogs", "logRecords"};
constexpr std::array<std::string_view, 25> kSeverities = {
    "UNSPECIFIED", "TRACE",  "TRACE2", "TRACE3", "TRACE4", "DEBUG",  "DEBUG2", "DEBUG3", "DEBUG4",
    "INFO",        "INFO2",  "INFO3",  "INFO4",  "WARN",   "WARN2",  "WARN3",  "WARN4",  "ERROR",
    "ERROR2",      "ERROR3", "ERROR4", "FATAL",  "FATAL2", "FATAL3", "FATAL4"};

void read_log(JsonReader& in, const JsonValue& value, LogRecord& log) {
  in.members(value, [&](std::string_view name, const JsonValue& member) {
    if (name == "timeUnixNano") log.time = in.uint64(member);
    if (name == "observedTimeUnixNano") log.observed_time = in.uint64(member);
    if (name == "severityNumber") log.severity_number = in.enumeration(member, "SEVERITY_NUMBER_", kSeverities);
    if (name == "severityText") log.severity_text = in.text(member);
    if (name == "body") log.body = in.any(member, log.values);
    if (name == "attributes") in.attributes(member, log.attributes, log.values);
    if (name == "droppedAttributesCount") log.dropped_attributes = in.uint32(member);
    if (name == "flags") log.flags = in.uint32(member);
    if (name == "traceId") log.trace_id = in.trace_id(member);
    if (name == "spanId") log.span_id = in.span_id(member);
    if (name == "eventName") log.event_name = in.text(member);
  });
}

}  // namespace

Result<DecodeReport> decode_logs_json(std::string_view body, const OtlpContext& context, Batch& out) {
  RowGuard guard(out);
  Budget budget;
  Appender rows(OtlpSignal::kLogs, context, out, budget);
  JsonReader in(budget);
  LogRecord log;
  const auto read = [&](const JsonValue& value) -> Result<void> {
    log.clear();
    read_log(in, value, log);
    RETURN_IF_ERROR(in.result());
    return rows.log(log);
  };
  RETURN_IF_ERROR(read_json_request(body, kLogsFrame, in, rows, read));
  guard.keep();
  return rows.take_report();
}

}  // namespace tetrascope::otlp
