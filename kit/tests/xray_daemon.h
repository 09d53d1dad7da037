#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace tetrascope::kit::test {

/// The UDP port of an X-Ray daemon.
class XrayDaemon {
 public:
  XrayDaemon();
  XrayDaemon(const XrayDaemon&) = delete;
  XrayDaemon& operator=(const XrayDaemon&) = delete;
  ~XrayDaemon();

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// What has come, as it came; the last of it 100 ms ago.
  std::vector<std::string> datagrams();
  /// The same by the rules of the real daemon: header line, then one JSON object of 64 KB at most.
  std::vector<nlohmann::json> documents();

 private:
  const int socket_;
  int port_ = 0;
};

}  // namespace tetrascope::kit::test
