#include "xray/udp_sender.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tetrascope::kit {

UdpSender::~UdpSender() {
  if (socket_ >= 0) close(socket_);
}

bool UdpSender::open(std::string& error) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (const int code = getaddrinfo(to_.host.c_str(), to_.port.c_str(), &hints, &found); code != 0) {
    error = gai_strerror(code);
    return false;
  }
  for (const addrinfo* each = found; each != nullptr && socket_ < 0; each = each->ai_next) {
    const int made = socket(each->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made >= 0 && connect(made, each->ai_addr, each->ai_addrlen) == 0) {
      socket_ = made;
    } else if (made >= 0) {
      close(made);
    }
  }
  freeaddrinfo(found);
  if (socket_ < 0) error = std::generic_category().message(errno);
  return socket_ >= 0;
}

bool UdpSender::send(std::string_view datagram, std::string& error) {
  if (socket_ < 0 && !open(error)) return false;
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (::send(socket_, datagram.data(), datagram.size(), MSG_NOSIGNAL) >= 0) return true;
    if (errno == EAGAIN || errno == ENOBUFS) {  // the socket's buffer drains in microseconds
      pollfd room{socket_, POLLOUT, 0};
      poll(&room, 1, 10);
    }
    // ECONNREFUSED, when it comes after was_refused(), tells of the datagram before; this one gets its own try.
  }
  error = std::generic_category().message(errno);
  if (errno != EMSGSIZE) {  // the name may stand for another address by now
    close(socket_);
    socket_ = -1;
  }
  return false;
}

void UdpSender::after_fork() {
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
}

bool UdpSender::was_refused() {
  int error = 0;
  socklen_t size = sizeof error;
  return socket_ >= 0 && getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == ECONNREFUSED;
}

}  // namespace tetrascope::kit
