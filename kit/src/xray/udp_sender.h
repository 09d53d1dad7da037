#pragma once

#include <string>
#include <string_view>

#include "xray/daemon_address.h"

namespace tetrascope::kit {

/// Datagrams to one address; never waits.
class UdpSender {
 public:
  explicit UdpSender(Endpoint to) : to_(std::move(to)) {}
  UdpSender(const UdpSender&) = delete;
  UdpSender& operator=(const UdpSender&) = delete;
  ~UdpSender();

  /// False when it surely did not go, `error` then says why; UDP knows no more.
  bool send(std::string_view datagram, std::string& error);

 private:
  bool open(std::string& error);

  const Endpoint to_;
  int socket_ = -1;
};

}  // namespace tetrascope::kit
