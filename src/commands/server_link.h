#pragma once
// The server that a command speaks to, found by its data directory.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/value.h"
#include "net/http.h"
#include "net/http_client.h"

namespace tetrascope::commands {

/// Where to look. `server`, when it is not empty, wins.
struct ServerPlace {
  std::filesystem::path data_dir;
  std::string server;  ///< `http://HOST:PORT`
  std::string secret;  ///< of that server's server.json
};

/// One connection; used by one thread.
class ServerLink {
 public:
  /// Errors, each a line that says what to do: kNotFound (no server runs there), kPermissionDenied, kInvalid.
  static Result<ServerLink> open(const ServerPlace& place);

  /// A step of a command: JSON in, JSON out. Errors: what the server said; kUnavailable when it cannot be reached.
  Result<Value> call(std::string_view method, const std::string& path, const Value& body);
  /// The same, for answers that are no JSON.
  Result<std::string> call_text(std::string_view method, const std::string& path, const Value& body);
  /// What any client may send. Errors: kUnavailable when it cannot be reached.
  Result<Response> post(const std::string& path, const Headers& headers, std::string_view body);

  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  ServerLink(std::string address, const std::string& host, std::uint16_t port, std::string secret)
      : address_(std::move(address)), secret_(std::move(secret)), client_(host, port) {}

  std::string address_, secret_;
  HttpClient client_;
};

}  // namespace tetrascope::commands
