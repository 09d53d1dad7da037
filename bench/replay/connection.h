#pragma once
// One keep-alive HTTP/1.1 connection, or a UDP socket: blocking, and as cheap as a sender can be that shares the cores
// with the server which it measures.

#include <sys/socket.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace tetrascope::bench {

struct Address {
  sockaddr_storage socket{};
  socklen_t size = 0;
};
/// `text`: HOST:PORT. Errors: kInvalid.
Result<Address> resolve(const std::string& text, bool udp);

struct Answer {
  int status = 0;
  int retry_after_seconds = 0;
  std::string body;
};

class Connection {
 public:
  /// `address` must outlive the connection. Connects when first used.
  explicit Connection(const Address& address) : address_(address) {}
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// `head`: request line and headers, each with its line end, without Content-Length.
  /// Errors: kUnavailable (refused, closed, or no answer for a minute; the next call connects anew), kMalformed.
  Result<Answer> post(std::string_view head, std::string_view body);
  /// Sends one datagram. Errors: kUnavailable.
  Result<void> send_datagram(std::string_view bytes);

 private:
  Result<void> open(int type);
  Result<void> write(std::string_view head, std::string_view body);
  /// Reads more of the answer into input_.
  Result<void> read_more();
  Result<Answer> read_answer();
  Result<void> read_chunks(std::size_t at, std::string& body);
  void close();

  const Address& address_;
  int socket_ = -1;
  std::string input_, request_head_;
};

}  // namespace tetrascope::bench
