#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tetrascope::kit::test {

struct Received {
  std::string method;
  std::string path;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // inflated when it came as gzip
};

/// What the server does with one request. The default: 200 with an empty body.
struct Reply {
  int status = 200;
  std::map<std::string, std::string> headers;
  std::string body;
  long delay_ms = 0;
  /// Closes the connection after so many bytes of the answer; -1: none of this.
  long close_after = -1;
};

/// An HTTP/1.1 server on a free port of 127.0.0.1 that answers as it is told; a thread per connection.
class TestServer {
 public:
  using Answer = std::function<Reply(const Received&)>;

  /// `tls`: with a certificate for 127.0.0.1 that it has signed itself.
  explicit TestServer(Answer answer = [](const Received&) { return Reply(); }, bool tls = false);
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  ~TestServer();

  std::string url(const std::string& path = "") const;
  int port() const { return port_; }
  /// Its own, as PEM: for clients that are to trust it.
  const std::string& certificate() const { return certificate_; }
  /// Of all that came, in order.
  std::vector<Received> received();
  /// Waits until `count` requests have come, at most 10 s.
  std::vector<Received> wait_for(std::size_t count);

 private:
  void serve();
  void converse(int socket);

  Answer answer_;
  void* tls_ = nullptr;
  std::string certificate_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Received> received_;
  std::vector<std::thread> threads_;
  std::vector<int> sockets_;
  std::thread acceptor_;
};

/// A port on which nobody listens.
int dead_port();

}  // namespace tetrascope::kit::test
