#pragma once
// The HTTP/1.1 server (Boost.Beast inside): connections, bounds and timeouts. What a request means is the Router's.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http.h"
#include "net/worker_pool.h"

namespace tetrascope {

/// A place to listen, and after start() where it really is (port 0 takes a free one).
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
  [[nodiscard]] std::string text() const;  ///< `127.0.0.1:4318`, `[::1]:4318`
};
/// `HOST:PORT`, `[IPv6]:PORT`. Errors: kInvalid with what was seen and what was expected.
Result<Endpoint> parse_endpoint(std::string_view text);

struct HttpLimits {
  std::size_t header_bytes = std::size_t{32} << 10;
  std::size_t connections = 4096;  ///< further ones wait in the kernel's queue
  std::size_t bodies_bytes = std::size_t{256}
                             << 20;       ///< all bodies being read or waiting for a worker; over it: kUnavailable
  std::size_t streams = 64;               ///< answers that go on and on, of all connections; over it: kUnavailable
  std::size_t pipelined = 16;             ///< requests of one connection in flight
  std::chrono::seconds head_timeout{10};  ///< from the first byte to the end of the head
  std::chrono::seconds body_timeout{30};  ///< without any byte of the body
  std::chrono::seconds idle_timeout{75};  ///< kept alive between requests
  std::size_t compress_from = 1024;       ///< answers of at least so many bytes are gzipped for those who accept it
  /// Names by which routes of Origins::kSame may be called, beside IP addresses, localhost and this machine's name.
  std::vector<std::string> allowed_hosts = {};
};

class HttpServer {
 public:
  /// Keeps references to `router` and `workers`; both must outlive it.
  HttpServer(const Router& router, WorkerPool& workers, HttpLimits limits = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Binds and accepts. Errors: kUnavailable, with what to do (`127.0.0.1:4318 is taken: …`).
  Result<Endpoint> start(const Endpoint& where);
  /// Stops accepting, lets requests in flight finish for at most `grace`, then closes. Safe to call twice.
  void stop(std::chrono::milliseconds grace);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tetrascope
