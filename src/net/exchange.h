#pragma once
// What an answer must know of its request, and how it is put on the wire: CORS, compression, the head as text.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http.h"

namespace tetrascope {

struct Exchange {
  bool head_only = false;  ///< HEAD: the body's length without the body
  bool accepts_gzip = false;
  bool any_origin = false;  ///< the route is open to every origin
  std::string origin;       ///< the Origin header
  bool keep_alive = true;
  bool http10 = false;  ///< keeping the connection must then be said
};

/// Whether gzip may be sent to a client with this Accept-Encoding header (RFC 9110, 12.5.3): `gzip;q=0` is a no.
bool accepts_gzip(std::string_view accept_encoding);

/// Compresses a body of at least `from` bytes for a client that takes it, unless it is encoded already or of a type
/// that compresses badly.
void compress_answer(const Exchange& exchange, std::size_t from, Response& response);

/// The answer to a CORS preflight for a route open to every origin; nullopt when `head` is none.
std::optional<Response> answer_preflight(const Router& router, const Request& head);

/// Whether `host` (a Host header, with or without port) can only mean this server: an IP literal, `localhost` or below
/// it, this machine's name, or one of `names`. Anything else may be another site's name that was pointed here (DNS
/// rebinding).
bool is_own_host(std::string_view host, const std::vector<std::string>& names);

/// Whether a browser's page may be behind the request: it names the page, or itself. Programs send none of these
/// (Node's fetch says `Accept-Language: *` and `Sec-Fetch-Mode`, which therefore prove nothing).
bool is_from_browser(const Request& head);

/// For routes of Origins::kSame, and of kVendor when a browser asks. Errors: kPermissionDenied.
Result<void> check_same_origin(const Request& head, const std::vector<std::string>& names);

/// Status line and header fields with the blank line; sets what belongs to HTTP itself (length, connection, date,
/// CORS).
std::string write_head(const Exchange& exchange, const Response& response);

}  // namespace tetrascope
