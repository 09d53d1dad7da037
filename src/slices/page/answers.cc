#include "slices/page/answers.h"

#include "base/log.h"

namespace tetrascope::ui {

void add_security_headers(Headers& headers) {
  headers.set("Content-Security-Policy",
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
              "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Referrer-Policy", "same-origin");
}

Response json_answer(std::string body) {
  Response response;
  response.headers.set("Content-Type", "application/json");
  response.headers.set("Cache-Control", "no-store");
  add_security_headers(response.headers);
  response.body = std::move(body);
  return response;
}

Response json_answer(const Value& value) { return json_answer(to_json(value)); }

std::string_view code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMalformed:
      return "malformed";
    case ErrorCode::kInvalid:
      return "invalid";
    case ErrorCode::kUnauthenticated:
      return "unauthenticated";
    case ErrorCode::kPermissionDenied:
      return "permission_denied";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kMethodNotAllowed:
      return "method_not_allowed";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kTooLarge:
      return "too_large";
    case ErrorCode::kUnsupportedMedia:
      return "unsupported_media";
    case ErrorCode::kTooManyRequests:
      return "too_many_requests";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kDeadlineExceeded:
      return "deadline_exceeded";
    case ErrorCode::kUnimplemented:
      return "unimplemented";
    case ErrorCode::kInternal:
      break;
  }
  return "internal";
}

Response error_answer(const Request& request, const Error& error) {
  std::string message = error.message;
  if (error.code == ErrorCode::kInternal) {
    log_error("page: {} {}: {}", request.method, request.path, error.message);
    message = "The server failed at this question; its log says why.";
  }
  Response response = json_answer(
      Value(Object{{"error", Object{{"code", std::string(code_name(error.code))}, {"message", std::move(message)}}}}));
  response.status = http_status(error.code);
  return response;
}

}  // namespace tetrascope::ui
