#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/message.hpp>

#include "tetrascope/kit/integrations/server_request.h"

namespace tetrascope::kit {

/// Answers a Boost.Beast request in a span: `auto response = traced(tracer, request, "/users/:id", peer, handle)`,
/// where `handle(request)` gives the response. Exceptions are recorded and fly on.
template <typename Body, typename Fields, typename Handler>
auto traced(Tracer& tracer, const boost::beast::http::request<Body, Fields>& request, std::string_view route,
            std::string_view client_address, Handler&& handler) {
  namespace http = boost::beast::http;
  const auto view = [](const auto& text) { return std::string_view(text.data(), text.size()); };
  const std::string_view target = view(request.target());
  const auto mark = target.find('?');
  ServerRequest seen;
  seen.method = view(request.method_string());
  seen.path = target.substr(0, mark);
  seen.query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  seen.host = view(request[http::field::host]);
  seen.user_agent = view(request[http::field::user_agent]);
  seen.client_address = client_address;
  seen.header = [&](std::string_view name) -> std::optional<std::string_view> {
    const auto found = request.find(boost::beast::string_view(name.data(), name.size()));
    if (found == request.end()) return std::nullopt;
    return view(found->value());
  };
  ServerSpan span(tracer, seen, route);
  try {
    auto response = std::forward<Handler>(handler)(request);
    const auto size = response.payload_size();
    finish_server_span(*span, static_cast<int>(response.result_int()), size ? static_cast<std::int64_t>(*size) : -1);
    return response;
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
}

}  // namespace tetrascope::kit
