#include "net/listen_error.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

namespace tetrascope {

Error listen_error(const Endpoint& where, int error_number) {
  const auto because = [&](const std::string& text) { return Error{ErrorCode::kUnavailable, where.text() + text}; };
  if (error_number == EADDRINUSE) {
    return because(" is taken: stop the program that listens there, or choose another port (0 takes a free one)");
  }
  if (error_number == EACCES) return because(" may not be used by this user: choose a port above 1023");
  const std::string reason = std::generic_category().message(error_number);
  return because(" cannot be listened on (" + reason + "): choose an address of this machine");
}

Error unknown_host_error(const Endpoint& where) {
  return {ErrorCode::kUnavailable,
          where.text() + ": no host is known by the name '" + where.host + "'; give an IP address of this machine"};
}

Error diagnose_listen(const Endpoint& where) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &wanted, &found) != 0)
    return unknown_host_error(where);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  const int socket = ::socket(found->ai_family, SOCK_STREAM, 0);
  if (socket < 0) return listen_error(where, errno);
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const bool bound = ::bind(socket, found->ai_addr, found->ai_addrlen) == 0 && ::listen(socket, 1) == 0;
  const int error_number = bound ? EADDRINUSE : errno;  // free by now: it was taken a moment ago
  ::close(socket);
  return listen_error(where, error_number);
}

}  // namespace tetrascope
