#include "xray_daemon.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tetrascope::kit::test {

XrayDaemon::XrayDaemon() : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
  getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
}

XrayDaemon::~XrayDaemon() { close(socket_); }

std::vector<std::string> XrayDaemon::datagrams() {
  std::vector<std::string> out;
  pollfd waiting{socket_, POLLIN, 0};
  std::string buffer(70'000, '\0');
  while (poll(&waiting, 1, 100) > 0) {
    const ssize_t got = recv(socket_, buffer.data(), buffer.size(), 0);
    out.push_back(buffer.substr(0, static_cast<std::size_t>(got)));
  }
  return out;
}

std::vector<nlohmann::json> XrayDaemon::documents() {
  std::vector<nlohmann::json> out;
  for (const std::string& datagram : datagrams()) {
    const auto line = datagram.find('\n');
    EXPECT_EQ(datagram.substr(0, line), R"({"format":"json","version":1})");
    out.push_back(nlohmann::json::parse(datagram.substr(line + 1)));
    EXPECT_LE(datagram.size() - line - 1, 65'536U);
  }
  return out;
}

}  // namespace tetrascope::kit::test
