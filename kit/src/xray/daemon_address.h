#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tetrascope::kit {

struct Endpoint {
  std::string host;
  std::string port;
};

struct DaemonAddress {
  Endpoint udp;
  Endpoint tcp;
};

/// Both forms of AWS_XRAY_DAEMON_ADDRESS; nothing for what is neither. IPv6 in brackets.
std::optional<DaemonAddress> parse_daemon_address(std::string_view text);

/// The same, or 127.0.0.1:2000 and a word once.
DaemonAddress daemon_address(std::string_view text);

/// `*` any run, `?` one character, whatever the letters' case.
bool matches_wildcard(std::string_view pattern, std::string_view text);

}  // namespace tetrascope::kit
