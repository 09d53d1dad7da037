#pragma once

#include <httplib.h>

#include <exception>
#include <string>
#include <utility>

#include "tetrascope/kit/integrations/server_request.h"

namespace tetrascope::kit {

/// A cpp-httplib handler in a span: `server.Get("/users/:id", traced(tracer, "/users/:id", handler))`. The span is
/// active while the handler runs; an exception is recorded on it and flies on to the server's exception handler.
/// `tracer` must outlive the server. `route` becomes the span's name, after the method.
template <typename Handler>
httplib::Server::Handler traced(Tracer& tracer, std::string route, Handler handler) {
  return [&tracer, route = std::move(route), handler = std::move(handler)](const httplib::Request& request,
                                                                           httplib::Response& response) {
    ServerRequest seen;
    std::string value;
    const std::string host = request.get_header_value("Host");
    const std::string agent = request.get_header_value("User-Agent");
    const auto mark = request.target.find('?');
    seen.method = request.method;
    seen.path = request.path;
    seen.query = mark == std::string::npos ? std::string_view() : std::string_view(request.target).substr(mark + 1);
    seen.host = host;
    seen.user_agent = agent;
    seen.client_address = request.remote_addr;
    const auto slash = request.version.find('/');  // "HTTP/1.1"
    if (slash != std::string::npos) seen.protocol_version = std::string_view(request.version).substr(slash + 1);
    seen.body_bytes = static_cast<std::int64_t>(request.body.size());
    seen.header = [&](std::string_view name) -> std::optional<std::string_view> {
      const std::string key(name);
      if (!request.has_header(key.c_str())) return std::nullopt;
      value = request.get_header_value(key.c_str());
      return value;
    };
    ServerSpan span(tracer, seen, route);
    try {
      handler(request, response);
    } catch (const std::exception& error) {
      span->record_exception(error);
      finish_server_span(*span, 500, -1);
      span->set_status(StatusCode::kError, error.what());
      throw;
    } catch (...) {
      span->record_exception(std::current_exception());
      finish_server_span(*span, 500, -1);
      throw;
    }
    finish_server_span(*span, response.status > 0 ? response.status : 200,
                       static_cast<std::int64_t>(response.body.size()));
  };
}

}  // namespace tetrascope::kit
