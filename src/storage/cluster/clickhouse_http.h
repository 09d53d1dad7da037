#pragma once
// What goes over the wire to a ClickHouse server's HTTP interface, and what comes back.
// Source: ClickHouse documentation, "HTTP interface".

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_client.h"
#include "storage/engine_settings.h"
#include "storage/storage.h"

namespace tetrascope {

/// Where a server is and as whom to speak to it.
struct ServerAddress {
  std::string host;
  std::uint16_t port = 8123;
  std::string user;
  std::string password;
  std::string database;
};
/// `http://[user[:password]@]host[:port][/database]`. Errors: kInvalid, without the password.
Result<ServerAddress> parse_server_url(std::string_view url);

/// The statement and its parameters as multipart/form-data, whose fields may be long and hold any byte.
struct FormBody {
  std::string content_type;
  std::string body;
};
FormBody form_body(const Statement& statement);

/// `/?database=…&name=value…`, percent-encoded.
std::string request_target(std::string_view database, const EngineSettings& settings);

/// One kept-alive connection, used by one thread at a time.
class ClickHouseHttp {
 public:
  ClickHouseHttp(const ServerAddress& server, Headers credentials)
      : client_(server.host, server.port), credentials_(std::move(credentials)) {}

  struct Answer {
    std::optional<std::string> error;  ///< the engine's own text: not to be shown to anyone
    std::string body;
    std::size_t rows_read = 0;
    std::size_t bytes_read = 0;
  };
  /// Errors: those of HttpClient::send().
  Result<Answer> post(const std::string& target, std::string_view content_type, std::string_view body,
                      std::chrono::milliseconds timeout);

 private:
  HttpClient client_;
  Headers credentials_;
};

}  // namespace tetrascope
