#include "xray/daemon_address.h"

#include "core/say.h"
#include "core/text.h"

namespace tetrascope::kit {
namespace {

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (port.size() > 5 || port.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  return Endpoint{std::string(host), std::string(port)};
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace

std::optional<DaemonAddress> parse_daemon_address(std::string_view text) {
  text = trim(text);
  const auto space = text.find(' ');
  if (space == std::string_view::npos) {
    if (text.substr(0, 4) == "tcp:" || text.substr(0, 4) == "udp:") return std::nullopt;  // half of the long form
    const auto both = parse_endpoint(text);
    return both ? std::optional(DaemonAddress{*both, *both}) : std::nullopt;
  }
  std::optional<Endpoint> udp;
  std::optional<Endpoint> tcp;
  for (const std::string_view part : {text.substr(0, space), trim(text.substr(space))}) {
    if (part.substr(0, 4) == "udp:") udp = parse_endpoint(part.substr(4));
    if (part.substr(0, 4) == "tcp:") tcp = parse_endpoint(part.substr(4));
  }
  return udp && tcp ? std::optional(DaemonAddress{*udp, *tcp}) : std::nullopt;
}

DaemonAddress daemon_address(std::string_view text) {
  if (auto address = parse_daemon_address(text)) return *address;
  say_once("daemon address",
           "AWS_XRAY_DAEMON_ADDRESS: want host:port or \"tcp:host:port udp:host:port\"; using 127.0.0.1:2000");
  return {{"127.0.0.1", "2000"}, {"127.0.0.1", "2000"}};
}

bool matches_wildcard(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || lower(pattern[p]) == lower(text[t]))) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace tetrascope::kit
