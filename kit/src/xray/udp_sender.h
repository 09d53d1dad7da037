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

  /// False when it surely did not go, `error` then says why. True: it went; UDP knows no more, but see below.
  bool send(std::string_view datagram, std::string& error);
  /// Whether the network has told meanwhile that nobody listens for what was sent. Asking again says no.
  bool was_refused();
  /// In a forked child: a socket of its own, so that what the parent is told stays the parent's.
  void after_fork();

 private:
  bool open(std::string& error);

  const Endpoint to_;
  int socket_ = -1;
};

}  // namespace tetrascope::kit
