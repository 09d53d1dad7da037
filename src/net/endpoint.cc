#include <charconv>

#include "net/http_server.h"

namespace tetrascope {

std::string Endpoint::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto refuse = [text] {
    return fail(ErrorCode::kInvalid, "'" + std::string(text) + "': want HOST:PORT, as in 127.0.0.1:4318 or [::1]:4318");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse();
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.contains(':')) {
    return refuse();
  }
  Endpoint endpoint{std::string(host), 0};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), endpoint.port);
  if (host.empty() || digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return refuse();
  return endpoint;
}

}  // namespace tetrascope
