#pragma once
// What every call that can fail gives back, and the two macros that pass a failure on.

#include <expected>
#include <string>
#include <utility>

namespace tetrascope {

/// Why a call failed. The edge (a slice, the HTTP or gRPC server) maps each to its own status.
enum class ErrorCode {
  kMalformed,         ///< the bytes are not what their type promises (HTTP 400)
  kInvalid,           ///< well formed, but its values are not acceptable (HTTP 400 or 422)
  kUnauthenticated,   ///< no key, or an unknown one (401)
  kPermissionDenied,  ///< a known key that may not do this (403)
  kNotFound,          ///< (404)
  kMethodNotAllowed,  ///< the path exists, with another method (405)
  kConflict,          ///< exists already, or changed meanwhile (409)
  kTooLarge,          ///< over a documented bound (413)
  kUnsupportedMedia,  ///< content type or encoding that is not spoken here (415)
  kTooManyRequests,   ///< the client's own quota; retry later (429)
  kUnavailable,       ///< the server is full or stopping; retry later (503)
  kDeadlineExceeded,  ///< ran out of time (503 or 504)
  kUnimplemented,     ///< known to the vendor, not built here yet (501 or the vendor's own)
  kInternal,          ///< a bug or a broken machine; the detail goes to the log, never to a client (500)
};

/// `message` says what was seen, where, and what was expected: `trace_id: 15 bytes at span 3, want 16`.
/// It is shown to clients unless `code` is kInternal, so it speaks of the request only.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
};

template <class T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace tetrascope

#define TETRASCOPE_JOIN_(a, b) a##b
#define TETRASCOPE_JOIN(a, b) TETRASCOPE_JOIN_(a, b)

/// Returns from the calling function when `expression`, a Result<T>, failed; else stores its value:
/// `ASSIGN_OR_RETURN(auto x, f())`.
#define ASSIGN_OR_RETURN(target, expression) ASSIGN_OR_RETURN_(target, expression, TETRASCOPE_JOIN(result_, __LINE__))
#define ASSIGN_OR_RETURN_(target, expression, result)                                  \
  auto result = (expression);                                                          \
  if (!result) return std::unexpected<::tetrascope::Error>(std::move(result).error()); \
  target = *std::move(result)

/// Returns from the calling function when `expression`, a Result<void>, failed.
#define RETURN_IF_ERROR(expression)                                            \
  do {                                                                         \
    if (auto checked = (expression); !checked)                                 \
      return std::unexpected<::tetrascope::Error>(std::move(checked).error()); \
  } while (false)
