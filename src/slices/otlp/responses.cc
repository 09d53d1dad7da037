#include "slices/otlp/responses.h"

#include <fmt/core.h>

#include <algorithm>

#include <protozero/pbf_writer.hpp>

#include "model/value.h"

namespace tetrascope::otlp {
namespace {

constexpr std::int64_t kRetrySeconds = 1;
constexpr std::string_view kRetryInfoType = "type.googleapis.com/google.rpc.RetryInfo";

bool worth_retrying(ErrorCode code) {
  return code == ErrorCode::kUnavailable || code == ErrorCode::kDeadlineExceeded || code == ErrorCode::kTooManyRequests;
}

/// OTLP clients repeat 429, 502, 503 and 504 and give up at anything else (1.6).
int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMalformed:
    case ErrorCode::kInvalid:
    case ErrorCode::kUnsupportedMedia:  // a content encoding; content types are answered before
      return 400;
    case ErrorCode::kDeadlineExceeded:
      return 503;
    default:
      return http_status(code);
  }
}

int grpc_code(ErrorCode code) {
  // RESOURCE_EXHAUSTED is for what is too large; without RetryInfo it is final. Python repeats it whatever stands
  // beside it.
  if (code == ErrorCode::kTooManyRequests || code == ErrorCode::kDeadlineExceeded)
    return grpc_status(ErrorCode::kUnavailable);
  if (code == ErrorCode::kUnsupportedMedia) return grpc_status(ErrorCode::kMalformed);
  return grpc_status(code);
}

/// RetryInfo{1 Duration{1 seconds}}
std::string retry_info() {
  std::string duration, info;
  protozero::pbf_writer(duration).add_int64(1, kRetrySeconds);
  protozero::pbf_writer(info).add_message(1, duration);
  return info;
}

/// Status{1 code 2 message 3 Any{1 type_url 2 value}}
std::string status_protobuf(const Error& error) {
  std::string body;
  protozero::pbf_writer status(body);
  status.add_int32(1, grpc_code(error.code));
  status.add_string(2, client_message(error));
  if (worth_retrying(error.code)) {
    std::string any;
    protozero::pbf_writer detail(any);
    detail.add_string(1, kRetryInfoType.data(), kRetryInfoType.size());
    detail.add_bytes(2, retry_info());
    status.add_message(3, any);
  }
  return body;
}

std::string status_json(const Error& error) {
  std::string body = fmt::format(R"({{"code":{},"message":)", grpc_code(error.code));
  append_json_string(client_message(error), body);
  if (worth_retrying(error.code)) {
    body += fmt::format(R"(,"details":[{{"@type":"{}","retryDelay":"{}s"}}])", kRetryInfoType, kRetrySeconds);
  }
  return body += '}';
}

}  // namespace

Result<Speech> speech_of(const Request& request) {
  std::string type = request.content_type();
  if (type == "application/x-protobuf" || type == "application/protobuf")
    return Speech{Format::kProtobuf, std::move(type)};
  if (type == "application/json") return Speech{Format::kJson, std::move(type)};
  return fail(ErrorCode::kUnsupportedMedia, std::string(kContentTypes));
}

std::string_view rejected_name(OtlpSignal signal) {
  switch (signal) {
    case OtlpSignal::kTraces:
      return "rejectedSpans";
    case OtlpSignal::kLogs:
      return "rejectedLogRecords";
    case OtlpSignal::kMetrics:
      return "rejectedDataPoints";
  }
  return {};
}

std::string export_body(Format format, const Partial& partial) {
  const bool all_taken = partial.rejected == 0 && partial.message.empty();
  if (format == Format::kJson) {
    if (all_taken) return "{}";
    std::string body =
        fmt::format(R"({{"partialSuccess":{{"{}":"{}","errorMessage":)", partial.json_name, partial.rejected);
    append_json_string(partial.message, body);
    return body += "}}";
  }
  std::string body;
  if (all_taken) return body;
  std::string message;
  protozero::pbf_writer fields(message);
  if (partial.rejected > 0) fields.add_int64(1, static_cast<std::int64_t>(partial.rejected));
  fields.add_string(2, partial.message);
  protozero::pbf_writer(body).add_message(1, message);
  return body;
}

Response export_response(const Speech& speech, const Partial& partial) {
  Response response;
  response.headers.set("Content-Type", speech.content_type);
  response.body = export_body(speech.format, partial);
  return response;
}

std::string client_message(const Error& error) {
  if (error.code == ErrorCode::kInternal) return "something is wrong on this server; its log says what";
  return error.message;
}

Response error_response(const Speech& speech, const Error& error) {
  Response response;
  response.status = status_of(error.code);
  response.headers.set("Content-Type", speech.content_type);
  if (worth_retrying(error.code)) response.headers.set("Retry-After", std::to_string(kRetrySeconds));
  response.body = speech.format == Format::kJson ? status_json(error) : status_protobuf(error);
  return response;
}

Response text_response(int status, std::string_view message) {
  Response response;
  response.status = status;
  response.headers.set("Content-Type", "text/plain; charset=utf-8");
  response.body = message;
  return response;
}

GrpcAnswer export_answer(const Partial& partial) {
  GrpcAnswer answer;
  answer.message = export_body(Format::kProtobuf, partial);
  return answer;
}

GrpcAnswer error_answer(const Error& error) {
  GrpcAnswer answer;
  answer.status = grpc_code(error.code);
  answer.error_message = client_message(error);
  answer.status_details = status_protobuf(error);
  if (worth_retrying(error.code)) answer.trailers.emplace_back("google.rpc.retryinfo-bin", retry_info());
  return answer;
}

}  // namespace tetrascope::otlp
