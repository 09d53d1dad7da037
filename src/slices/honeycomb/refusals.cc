#include "slices/honeycomb/refusals.h"

#include "base/log.h"
#include "slices/honeycomb/answers.h"
#include "slices/honeycomb/event_rows.h"
#include "slices/http_refusals.h"

namespace tetrascope::honeycomb {
namespace {

struct Cause {
  std::string_view reason;
  std::string_view remedy;
};

Cause cause_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMalformed:
      return {"malformed body", "send JSON, or msgpack with Content-Type: application/msgpack"};
    case ErrorCode::kInvalid:
      return {"invalid request", "the message says which member is wrong"};
    case ErrorCode::kUnauthenticated:
      return {"unknown key", "set the header X-Honeycomb-Team to any key; /2/ takes Authorization: Bearer hcxmk_…:…"};
    case ErrorCode::kPermissionDenied:
      return {"key may not ask", "use a configuration key: an ingest key only sends"};
    case ErrorCode::kNotFound:
      return {"not found", "check the path, the dataset or the id"};
    case ErrorCode::kMethodNotAllowed:
      return {"wrong method", "see the Allow header"};
    case ErrorCode::kConflict:
      return {"conflict", "it exists already or is protected"};
    case ErrorCode::kTooLarge:
      return {"too large", "events are at most 1 MB, batches 5 MB, after decompression"};
    case ErrorCode::kUnsupportedMedia:
      return {"unknown content encoding", "use gzip, zstd, deflate or none"};
    case ErrorCode::kTooManyRequests:
    case ErrorCode::kUnavailable:
      return {"server full", "clients try again by themselves; look at disk and load when it lasts"};
    case ErrorCode::kDeadlineExceeded:
      return {"query too slow", "ask for a shorter time range or fewer groups"};
    case ErrorCode::kUnimplemented:
      return {"not built yet", "this part of the API is not available on this server"};
    case ErrorCode::kInternal:
      break;
  }
  return {"internal error", "see the server's log"};
}

}  // namespace

void count_refusal(Middle& middle, const Request& request, ErrorCode code, std::string_view detail,
                   std::uint64_t records) {
  auto [reason, remedy] = cause_of(code);
  // What HTTP itself refused has its own words: `code` alone would blame the decoder.
  if (const auto words = http_refusal_words({code, std::string(detail)})) {
    reason = words->reason;
    remedy = words->remedy;
  }
  const std::string_view agent = request.headers.get("User-Agent");
  middle.stats.rejected(
      {.protocol = kProtocol,
       .reason = reason,
       .detail = detail,
       .remedy = remedy,
       .client = agent.empty() ? std::string_view(request.remote_address) : agent,
       .example = request.body.empty() ? std::string_view(request.target) : std::string_view(request.body)},
      records, UnixNanos::now());
}

Response refuse(Middle& middle, const Request& request, const Error& error) {
  if (error.code == ErrorCode::kInternal) log_error("honeycomb {} {}: {}", request.method, request.path, error.message);
  count_refusal(middle, request, error.code,
                error.code == ErrorCode::kInternal ? "internal server error" : error.message, 0);
  return error_answer(request, error);
}

}  // namespace tetrascope::honeycomb
