#pragma once
// HTTP as the slices see it: plain values in and out, and the table of routes. No sockets here; those are in
// http_server.h.

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tetrascope {

/// Header fields in the order in which they came; names compare without regard to letter case.
class Headers {
 public:
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// Replaces every field of that name.
  void set(std::string_view name, std::string value);
  /// The first field of that name, else "". The view lives as long as this object is not changed.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct Request {
  std::string method;                                      ///< upper case: GET, POST, …
  std::string target;                                      ///< as sent: path and query string
  std::string path;                                        ///< without the query string, still percent-encoded
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in order
  Headers headers;
  std::string body;                   ///< whole, de-chunked, still compressed where Content-Encoding says so
  std::string remote_address;         ///< `127.0.0.1:54321`
  UnixNanos received;                 ///< when the head of the request was complete
  std::vector<std::string> captures;  ///< what the route's {…} matched, percent-decoded, in order; filled by the Router

  /// The first query parameter of that name; nullopt when absent.
  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
  /// Content-Type without parameters, lower case.
  [[nodiscard]] std::string content_type() const;
};

/// Fills `target`, `path` and `query` from a request line's target: `/path?query`, or `http://host/path?query` as sent
/// to proxies, or `*`. Percent-escapes that are none stay as they are; in the query string a `+` is a space. Errors:
/// kMalformed (another form, or a query string that is not UTF-8 when decoded); `path` is then set where it is known.
Result<void> parse_target(std::string_view target, Request& request);

/// What `%41` and the like stand for; escapes that are none are kept as they are.
std::string percent_decode(std::string_view text);

/// Well-formed UTF-8: shortest forms, no surrogates.
bool is_utf8(std::string_view text);

class BodyStream;

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  /// Not null: the body goes on with what is pushed there, until that ends (net/body_stream.h).
  std::shared_ptr<BodyStream> stream = {};
};

/// Sends the answer. Call it exactly once, from any thread; the connection may be gone by then, which is no error.
using Respond = std::move_only_function<void(Response)>;

/// Runs on the worker pool, not on a network thread (but see Route::at_once). May keep `respond` and answer later (a
/// commit, a query).
using Handler = std::function<void(Request&&, Respond)>;

/// Shapes an error as a vendor does: `request` has its head and maybe no body (it was refused before it was read).
using ErrorShape = std::function<Response(const Request& request, const Error& error)>;

/// Who may call a route from a browser.
enum class Origins {
  kAny,     ///< ingest: CORS answers for every origin, preflight included
  kSame,    ///< the page's own calls: Host must be an address or name of this server (DNS rebinding), Origin the same
  kVendor,  ///< a vendor's API: programs may call it by whatever name leads here; what a browser asks is held to kSame
            ///< host
};

inline constexpr std::size_t kDefaultBodyLimit = std::size_t{20} << 20;

struct Route {
  std::string method;   ///< `GET`, …; "*" takes all
  std::string pattern;  ///< `/1/batch/{dataset}`; `{name}` takes one segment, `{name...}` the rest; a trailing slash is
                        ///< the same path
  Handler handler;
  std::size_t body_limit = kDefaultBodyLimit;  ///< bytes on the wire; inflated size is bounded by the decoder
  Origins origins = Origins::kSame;
  /// Where several vendors share one path (AWS posts to `/`): asked before the route is taken. Empty: always.
  std::function<bool(const Request&)> accepts = {};
  /// Runs on the network thread, before whatever waits for a worker: for handlers that only say what they know.
  bool at_once = false;
};

/// All of one slice's paths and how its errors look. `prefixes` say which paths without a route are its own
/// (`/1/` → Honeycomb), so that an unknown path, a wrong method, a too large body or a full server speaks that vendor's
/// shape.
struct RouteTable {
  std::string slice;
  std::vector<std::string> prefixes;
  std::vector<Route> routes;
  ErrorShape shape_error;
};

class Router {
 public:
  void add(RouteTable table);

  struct Match {
    const Route* route = nullptr;       ///< null: `error` says why
    const RouteTable* table = nullptr;  ///< the owner, also when only a prefix matched; null when nobody's
    std::vector<std::string> captures;
    Error error;                       ///< kNotFound, kMethodNotAllowed or kMalformed
    std::vector<std::string> allowed;  ///< methods of this path, for Allow and preflight
  };
  /// Of several routes the most literal wins: a literal segment before `{name}` before `{name...}`. A prefix of another
  /// slice that is longer than what stands before `{name...}` takes the path from that route: `/1/nothing` is
  /// Honeycomb's, though the page has `/{path...}`. Empty segments do not count (`//v1//traces/` is `/v1/traces`); `.`
  /// and `..`, also percent-encoded, and captures that are not UTF-8 are kMalformed. HEAD takes the route of GET.
  [[nodiscard]] Match find(const Request& head) const;
  /// In the shape of whose path it is; plain text for nobody's.
  [[nodiscard]] Response shape(const Request& head, const Error& error) const;

 private:
  /// A route or a prefix, taken apart. Indices, because `tables_` moves its elements while it grows.
  struct Pattern {
    std::vector<std::string> segments;  ///< literals; "" for a capture
    bool takes_rest = false;            ///< ends in `{name...}`
    std::size_t table = 0;
    std::size_t route = 0;
  };
  [[nodiscard]] const Pattern* owner(const std::vector<std::string>& segments) const;

  std::vector<RouteTable> tables_;
  std::vector<Pattern> routes_;    ///< the most literal first
  std::vector<Pattern> prefixes_;  ///< the longest first
};

/// `error` for a path that is nobody's, and for a slice without a shape: plain text.
Response plain_error(const Error& error);

/// HTTP status that fits an error where the vendor says nothing else.
int http_status(ErrorCode code);

}  // namespace tetrascope
