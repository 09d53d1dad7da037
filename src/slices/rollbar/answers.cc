#include "slices/rollbar/answers.h"

#include <fmt/core.h>

#include "base/log.h"
#include "slices/http_refusals.h"

namespace tetrascope::rollbar {
namespace {

/// Rollbar's statuses (dossier 1.3). A token that is unknown or may not do this is 403; a schema error 422. A server
/// that is full says 429, which is what the SDKs wait and retry on. A part that is not built is, to a client, not
/// there.
int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnauthenticated:
      return 403;
    case ErrorCode::kInvalid:
    case ErrorCode::kDeadlineExceeded:
      return 422;
    case ErrorCode::kUnimplemented:
      return 404;
    case ErrorCode::kUnavailable:
      return 429;
    default:
      return http_status(code);
  }
}

RefusalWords words_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMalformed:
      return {"malformed request", "send JSON; the message says what could not be read"};
    case ErrorCode::kInvalid:
      return {"invalid item", "the message says which member is wrong"};
    case ErrorCode::kUnauthenticated:
      return {
          "no access token",
          "set X-Rollbar-Access-Token, or access_token in the body; with an account token set, make tokens with it"};
    case ErrorCode::kPermissionDenied:
      return {"token may not do this", "use a token with the scope that the message names"};
    case ErrorCode::kNotFound:
      return {"not found", "check the path and the id, and whether the token is of that project"};
    case ErrorCode::kMethodNotAllowed:
      return {"wrong method", "see the Allow header"};
    case ErrorCode::kConflict:
      return {"conflict", "its state does not allow this change any more"};
    case ErrorCode::kTooLarge:
      return {"too large", "items are at most 2 MiB after decompression: let the SDK truncate them"};
    case ErrorCode::kUnsupportedMedia:
      return {"unknown content encoding", "use gzip, zstd, deflate or none"};
    case ErrorCode::kTooManyRequests:
      return {"rate limit", "the limit of this access token is reached"};
    case ErrorCode::kUnavailable:
      return {"server full", "clients that retry will get through; look at disk and load when it lasts"};
    case ErrorCode::kDeadlineExceeded:
      return {"query too slow", "ask for fewer items or a smaller page"};
    case ErrorCode::kUnimplemented:
      return {"not built yet", "this part of the API is not available on this server"};
    case ErrorCode::kInternal:
      break;
  }
  return {"internal error", "see the server's log"};
}

}  // namespace

Response json_answer(int status, std::string body) {
  Response response{status, {}, std::move(body)};
  response.headers.add("Content-Type", "application/json; charset=utf-8");
  // rollbar.js looks whether an answer switches on the recording of sessions, and a page may only look for what is
  // named.
  response.headers.add("Access-Control-Expose-Headers",
                       "Rollbar-Replay-Enabled, Rollbar-Replay-RateLimit-Remaining, Rollbar-Replay-RateLimit-Reset");
  return response;
}

Response success_json(std::string_view result) {
  return json_answer(200, std::string(R"({"err":0,"result":)").append(result).append("}"));
}

Response success(const Value& result) { return success_json(to_plain_json(result)); }

std::unexpected<Error> invalid_format(std::string_view what) {
  return fail(ErrorCode::kInvalid, fmt::format("Invalid format. {}", what));
}

Response refuse(Middle& middle, const Request& request, const Error& error, std::uint64_t records) {
  const bool internal = error.code == ErrorCode::kInternal;
  if (internal) log_error("rollbar {} {}: {}", request.method, request.path, error.message);
  const std::string message = internal ? "Internal server error." : error.message;
  const RefusalWords words = http_refusal_words(error).value_or(words_of(error.code));
  const std::string_view agent = request.headers.get("User-Agent");
  middle.stats.rejected({.protocol = kProtocol,
                         .reason = words.reason,
                         .detail = message,
                         .remedy = words.remedy,
                         .client = agent.empty() ? std::string_view(request.remote_address) : agent,
                         // Bodies and query strings may hold access tokens.
                         .example = request.path},
                        records, UnixNanos::now());
  Response response = json_answer(status_of(error.code), to_plain_json(Object{{"err", 1}, {"message", message}}));
  if (response.status == 429) {
    // What rollbar.js reads before it sends again.
    response.headers.add("X-Rate-Limit-Remaining", "0");
    response.headers.add("X-Rate-Limit-Remaining-Seconds", "1");
    response.headers.add("Retry-After", "1");
  }
  return response;
}

}  // namespace tetrascope::rollbar
