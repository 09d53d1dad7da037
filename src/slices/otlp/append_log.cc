#include "slices/otlp/any_value.h"
#include "slices/otlp/appender.h"

namespace tetrascope::otlp {
namespace {

UnixNanos time_of(const LogRecord& log, UnixNanos received) {
  if (log.time != 0) return UnixNanos::from_unsigned(log.time);
  if (log.observed_time != 0) return UnixNanos::from_unsigned(log.observed_time);
  return received;
}

std::string_view body_type(const AnyView& body) {
  if (std::holds_alternative<std::monostate>(body)) return "";
  switch (field_type(body)) {
    case FieldType::kString:
      return "string";
    case FieldType::kInt:
      return "int";
    case FieldType::kDouble:
      return "double";
    case FieldType::kBool:
      return "bool";
    case FieldType::kJson:
      return "json";
  }
  return "json";
}

}  // namespace

Result<void> Appender::log(const LogRecord& log) {
  RETURN_IF_ERROR(spend(kRecordCost + text_or_empty(log.body).size() + log.severity_text.size() + log.event_name.size(),
                        log.attributes));
  begin_rows();
  const UnixNanos time = time_of(log, context_.received);
  const SampleRate sample =
      chosen_rate(rate_claims(log.attributes), scope_->rates, resource_->rates).value_or(SampleRate{});
  LogColumns& rows = out_.logs;
  add_origin(rows.origin, time, origin_added_);
  rows.trace.add(log.trace_id, log.span_id);
  rows.add_times(time, UnixNanos::from_unsigned(log.time), UnixNanos::from_unsigned(log.observed_time));
  rows.severity_number.add(log.severity_number);
  rows.severity_text.add(log.severity_text);
  rows.event_name.add(log.event_name);
  const std::string_view type = body_type(log.body);
  if (type.empty() || type == "string") {
    rows.body.add(text_or_empty(log.body));
  } else {
    json_.clear();
    append_json(log.body, json_);
    rows.body.add(json_);
  }
  rows.body_type.add(type);
  rows.flags.add(log.flags);
  rows.sample_rate.add(sample.rate);
  rows.dropped_attributes.add(log.dropped_attributes);
  add_attributes(rows.attributes, log.attributes, sample.taken_key);
  ++report_.accepted;
  auto occurrence = occurrence_of(log, origin_.service, context_.received);
  if (!occurrence) return {};
  RETURN_IF_ERROR(spend(kRecordCost, occurrence->attributes));
  occurrence->sample_rate = sample.rate;
  add_occurrence(*occurrence, sample.taken_key);
  return {};
}

}  // namespace tetrascope::otlp
