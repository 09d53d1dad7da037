#pragma once
// A socket that sends what a test says, byte for byte, and reads the answers of an HTTP server.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "net/http.h"

namespace tetrascope::test {

struct Answer {
  int status = 0;
  std::string head;  ///< with the status line
  std::string body;
  [[nodiscard]] std::string field(std::string_view name) const {
    Headers headers;
    std::string_view rest = head;
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find("\r\n"));
      rest.remove_prefix(std::min(line.size() + 2, rest.size()));
      if (const auto colon = line.find(": "); colon != std::string_view::npos) {
        headers.add(std::string(line.substr(0, colon)), std::string(line.substr(colon + 2)));
      }
    }
    return std::string(headers.get(name));
  }
};

/// A socket that sends what a test says, byte for byte.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("connect");
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False when the server has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void end() { ::shutdown(socket_, SHUT_WR); }
  /// Closes with a reset instead of an orderly end.
  void reset() {
    const linger now{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(socket_);
    socket_ = -1;
  }
  /// More bytes into `seen_`; false at the end of the connection or when nothing came in time.
  bool receive(std::chrono::milliseconds timeout = std::chrono::seconds(5)) {
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(timeout.count())) != 1) return false;
    char buffer[4096];
    const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
    if (got <= 0) {
      over_ = true;
      return false;
    }
    seen_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }
  bool closed_within(std::chrono::milliseconds timeout) {
    while (!over_ && receive(timeout)) {
    }
    return over_;
  }
  Answer answer(bool to_head = false) {
    Answer answer;
    std::size_t end = std::string::npos;
    while ((end = seen_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) return answer;
    }
    answer.head = seen_.substr(0, end + 2);
    seen_.erase(0, end + 4);
    answer.status = std::stoi(answer.head.substr(9, 3));
    const std::string length = answer.field("Content-Length");
    const std::size_t want = to_head || length.empty() ? 0 : std::stoul(length);
    while (seen_.size() < want && receive()) {
    }
    answer.body = seen_.substr(0, want);
    seen_.erase(0, want);
    return answer;
  }
  [[nodiscard]] const std::string& seen() const { return seen_; }

 private:
  int socket_;
  std::string seen_;
  bool over_ = false;
};

}  // namespace tetrascope::test
