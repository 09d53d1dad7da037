#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tetrascope/kit/tracing.h"

namespace tetrascope::kit {

/// What a server knows of a request when it begins. Views are read by `start_server_span` alone.
struct ServerRequest {
  std::string_view method;
  std::string_view path;   // without its query
  std::string_view query;  // without `?`
  std::string_view host;   // of the Host header, with its port if it has one
  std::string_view scheme = "http";
  std::string_view user_agent;
  std::string_view client_address;
  std::string_view protocol_version;
  std::int64_t body_bytes = -1;
  /// Looks a header up by its lower-case name.
  HeaderGetter header;
};

/// `query` with the values of signatures covered, which let whoever reads them act in the signer's name.
/// Source: OpenTelemetry's semantic conventions, url.query.
inline std::string without_signatures(std::string_view query) {
  std::string out;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    const auto equals = pair.find('=');
    const std::string_view name = pair.substr(0, equals);
    const bool covered = name == "AWSAccessKeyId" || name == "Signature" || name == "sig" || name == "X-Goog-Signature";
    out.append(equals != std::string_view::npos && covered ? pair.substr(0, equals + 1) : pair);
    if (equals != std::string_view::npos && covered) out += "REDACTED";
    query.remove_prefix(pair.size());
    if (query.empty()) break;
    out += '&';
    query.remove_prefix(1);
  }
  return out;
}

/// A SERVER span under the caller's, which `Propagators::global().extract(request.header)` gives; with attributes of
/// OpenTelemetry's HTTP conventions, seen by the sampler. `route`: with its parameters' names, as `/users/:id`; empty
/// when not known yet.
inline Span start_server_span(Tracer& tracer, const ServerRequest& request, std::string_view route,
                              const Context& caller) {
  const auto colon = request.host.rfind(':');
  const bool has_port = colon != std::string_view::npos && request.host.find(']', colon) == std::string_view::npos;
  std::int64_t port = 0;
  for (const char c : has_port ? request.host.substr(colon + 1) : std::string_view()) {
    port = c >= '0' && c <= '9' && port < 100'000 ? 10 * port + (c - '0') : 0;
  }
  const Attribute attributes[] = {
      {"http.request.method", request.method},
      {"url.path", request.path},
      {"url.scheme", request.scheme},
      {"server.address", has_port ? request.host.substr(0, colon) : request.host},
  };
  std::string name(request.method);
  if (!route.empty()) name.append(" ").append(route);
  SpanOptions options;
  options.kind = SpanKind::kServer;
  options.parent = &caller;
  options.attributes = Attributes(attributes, 4);
  Span span = tracer.start_span(name, options);
  if (!span.recording()) return span;
  if (port != 0) span.set_attribute("server.port", port);
  if (!route.empty()) span.set_attribute("http.route", route);
  if (!request.query.empty()) span.set_attribute("url.query", without_signatures(request.query));
  if (!request.user_agent.empty()) span.set_attribute("user_agent.original", request.user_agent);
  if (!request.client_address.empty()) span.set_attribute("client.address", request.client_address);
  if (!request.protocol_version.empty()) span.set_attribute("network.protocol.version", request.protocol_version);
  if (request.body_bytes >= 0) span.set_attribute("http.request.body.size", request.body_bytes);
  return span;
}

/// The span of a request, active from its making to its end, with the caller's baggage for the calls that follow.
class ServerSpan {
 public:
  ServerSpan(Tracer& tracer, const ServerRequest& request, std::string_view route = {})
      : caller_(Propagators::global().extract(request.header)),
        callers_(caller_),
        span_(start_server_span(tracer, request, route, caller_)) {}
  Span* operator->() noexcept { return &*span_; }
  Span& operator*() noexcept { return *span_; }

 private:
  const Context caller_;
  const Scope callers_;
  ActiveSpan span_;
};

/// What is known when the answer is made. 5xx is an error of the server's span, 4xx is not.
inline void finish_server_span(Span& span, int status, std::int64_t body_bytes) {
  if (status > 0) span.set_attribute("http.response.status_code", status);
  if (body_bytes >= 0) span.set_attribute("http.response.body.size", body_bytes);
  if (status >= 500) {
    span.set_attribute("error.type", std::to_string(status));
    span.set_status(StatusCode::kError);
  }
}

}  // namespace tetrascope::kit
