#include "slices/honeycomb/answers.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <ctime>

#include <nlohmann/json.hpp>

#include "slices/honeycomb/event.h"
#include "slices/json.h"

namespace tetrascope::honeycomb {
namespace {

constexpr std::string_view kInvalidInput = "The provided input is invalid.";

/// JSON text of anything that may hold a client's bytes: what is not UTF-8 becomes U+FFFD.

struct Problem {
  int status;
  std::string_view type;  ///< after /problems/
  std::string_view title;
  std::string_view error;
  std::string_view detail;
};

Response problem_answer(const Request& request, const Problem& problem, const Json& type_detail = {}) {
  Json body = {{"status", problem.status},
               {"type", base_url(request) + "/problems/" + std::string(problem.type)},
               {"title", problem.title},
               {"error", problem.error}};
  if (!problem.detail.empty()) body["detail"] = problem.detail;
  body["instance"] = request.path;
  if (!type_detail.is_null()) body["type_detail"] = type_detail;
  Response response{problem.status, {}, to_text(body)};
  response.headers.add("Content-Type", "application/problem+json");
  return response;
}

/// Ends a wait of one second, as an HTTP date: the form in which this vendor gives it.
std::string one_second_from_now() {
  const std::time_t at =
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + std::chrono::seconds(1));
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(at));
}

bool is_v2(const Request& request) { return request.path.starts_with("/2/"); }
bool is_ingest(const Request& request) {
  return request.path.starts_with("/1/events") || request.path.starts_with("/1/batch");
}

std::string_view v2_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnauthenticated:
      return "unauthenticated/invalid-key";
    case ErrorCode::kPermissionDenied:
      return "unauthorized";
    case ErrorCode::kNotFound:
    case ErrorCode::kUnimplemented:
      return "not-found";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kTooManyRequests:
    case ErrorCode::kUnavailable:
      return "rate-limited/may-retry";
    default:
      return "validation-failed/invalid";
  }
}

Response v2_error(const Error& error, int status) {
  const Json body = {{"errors", Json::array({{{"id", "1"},
                                              {"status", std::to_string(status)},
                                              {"code", v2_code(error.code)},
                                              {"title", error.message},
                                              {"detail", error.message}}})}};
  Response response{status, {}, to_text(body)};
  response.headers.add("Content-Type", "application/vnd.api+json");
  return response;
}

/// A part that is not built is, to a client, not there: a status of 500 or more would make it repeat the call for
/// minutes.
int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnimplemented:
      return 404;
    case ErrorCode::kDeadlineExceeded:
      return 422;
    default:
      return http_status(code);
  }
}

}  // namespace

Response json_answer(int status, std::string body) {
  Response response{status, {}, std::move(body)};
  response.headers.add("Content-Type", "application/json");
  return response;
}

Response short_error(int status, std::string_view text) { return json_answer(status, to_text(Json{{"error", text}})); }

Response unparseable(const Request& request, std::string_view detail) {
  return problem_answer(
      request, {400, "unparseable", "The request body could not be parsed.", "could not parse request body", detail});
}

Response not_found(const Request& request, std::string_view what) {
  return problem_answer(request, {404, "not-found", "The requested resource cannot be found.", what, what});
}

Response conflict(const Request& request, std::string_view what) {
  return problem_answer(request,
                        {409, "conflict", "The resource is in conflict with an existing resource.", what, what});
}

Response validation_failed(const Request& request, const std::vector<FieldProblem>& problems) {
  Json details = Json::array();
  std::string all;
  for (const auto& [field, code, description] : problems) {
    details.push_back({{"field", field}, {"code", code}, {"description", description}});
    if (!all.empty()) all += "; ";
    all += field + ": " + description;
  }
  return problem_answer(request, {422, "validation-failed", kInvalidInput, kInvalidInput, all}, details);
}

Response rate_limited(const Request& request, std::string_view detail) {
  constexpr std::string_view kLimited = "You have exceeded your rate limit.";
  Response response = problem_answer(request, {429, "rate-limited", kLimited, kLimited, detail});
  response.headers.add("Retry-After", one_second_from_now());
  response.headers.add("RateLimit", "limit=100, remaining=0, reset=1");
  response.headers.add("RateLimitPolicy", "100;w=60");
  return response;
}

Response error_answer(const Request& request, const Error& error) {
  const std::string_view message =
      error.code == ErrorCode::kInternal ? "internal server error" : std::string_view(error.message);
  const int status = status_of(error.code);
  if (is_v2(request)) return v2_error({error.code, std::string(message)}, status);
  if (is_ingest(request) && error.code == ErrorCode::kTooLarge) {
    return short_error(request.path.starts_with("/1/events") ? 400 : 413, kEventTooLarge);
  }
  switch (error.code) {
    case ErrorCode::kUnauthenticated:
    case ErrorCode::kPermissionDenied:
    case ErrorCode::kInternal:
      return short_error(status, message);
    case ErrorCode::kTooManyRequests:
    case ErrorCode::kUnavailable:
      if (!is_ingest(request)) return rate_limited(request, message);
      break;
    default:
      break;
  }
  if (is_ingest(request)) {
    Response response = short_error(status, message);
    if (status == 503 || status == 429) response.headers.add("Retry-After", "1");
    return response;
  }
  switch (error.code) {
    case ErrorCode::kMalformed:
      return unparseable(request, message);
    case ErrorCode::kConflict:
      return conflict(request, message);
    case ErrorCode::kTooLarge:
      return problem_answer(request, {413, "payload-too-large", "The request is too large.", message, message});
    case ErrorCode::kInvalid:
    case ErrorCode::kDeadlineExceeded:
      return problem_answer(request, {422, "validation-failed", kInvalidInput, kInvalidInput, message});
    case ErrorCode::kMethodNotAllowed:
      return problem_answer(request, {405, "method-not-allowed", "The method is not allowed here.", message, message});
    case ErrorCode::kUnsupportedMedia:
      return problem_answer(
          request, {415, "unsupported-media-type", "The content encoding is not supported.", message, message});
    default:
      return not_found(request, message);
  }
}

std::string base_url(const Request& request) {
  const std::string_view host = request.headers.get("Host");
  const bool https = request.headers.get("X-Forwarded-Proto") == "https";
  return std::string(https ? "https://" : "http://") + std::string(host.empty() ? std::string_view("localhost") : host);
}

}  // namespace tetrascope::honeycomb
