#pragma once
// How the vendor's API answers: bodies, and its three shapes of errors (dossier honeycomb_otlp 3.0).

#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"

namespace tetrascope::honeycomb {

inline constexpr std::string_view kUnknownKey = "unknown API key - check your credentials";

/// `body`: JSON text.
Response json_answer(int status, std::string body);
/// {"error":"…"}: the events API and keys.
Response short_error(int status, std::string_view text);

/// One wrong member of a request body.
struct FieldProblem {
  std::string field;
  std::string_view code;  ///< `invalid`, `missing`, `incorrect_type` or `already_exists`
  std::string description;
};

// RFC 7807 problems: the management and query API. The host in `type` is the one the client called.
Response unparseable(const Request& request, std::string_view detail);
Response not_found(const Request& request, std::string_view what);  ///< `Dataset not found`
Response conflict(const Request& request, std::string_view what);
Response validation_failed(const Request& request, const std::vector<FieldProblem>& problems);
Response rate_limited(const Request& request, std::string_view detail);

/// Any other error in the shape of the path it belongs to: events and keys, problems, or JSON:API under /2/.
Response error_answer(const Request& request, const Error& error);

/// `http://host:port` as the client wrote it, without a trailing slash.
std::string base_url(const Request& request);

}  // namespace tetrascope::honeycomb
