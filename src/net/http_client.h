#pragma once
// The HTTP/1.1 client that storage/cluster speaks to ClickHouse with: blocking, kept alive, one connection an object.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http.h"

namespace tetrascope {

inline constexpr std::size_t kLargestAnswer = std::size_t{512} << 20;

/// Not safe for several threads at once: keep a pool of these.
class HttpClient {
 public:
  HttpClient(std::string host, std::uint16_t port);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  /// Sends and waits for the whole answer. Reconnects once when a kept connection was closed before any byte came back.
  /// Host, Content-Length and Connection are set here.
  /// Errors: kUnavailable (cannot connect, connection lost, an answer that is no HTTP), kDeadlineExceeded, kTooLarge
  /// (an answer of more than kLargestAnswer bytes). After an error the next call connects anew.
  Result<Response> send(std::string_view method, std::string_view target, const Headers& headers, std::string_view body,
                        std::chrono::milliseconds timeout);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tetrascope
