#pragma once
// Who may run the commands that change or copy the store: whoever can read a file in the data directory.
//
// A server writes `server.json` there, for its own user alone: where it listens and a secret of this run. Commands read
// it, and send the secret. A page in a browser, which can make a browser post to this server, does not know it; nor
// does another user of the machine. Beside that, only this machine may ask unless the operator opens it.

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http.h"

namespace tetrascope::upkeep {

struct ServerFile {
  std::string http;  ///< `127.0.0.1:4318`: an address by which this machine reaches it
  std::string secret;
};
inline constexpr std::string_view kServerFile = "server.json";

/// 32 hex digits that nobody can guess.
std::string new_secret();
/// Errors: kUnavailable with a line for the operator.
Result<void> write_server_file(const std::filesystem::path& data_dir, const ServerFile& file);
/// When the server stops. A file that is left over does no harm: nobody answers there.
void remove_server_file(const std::filesystem::path& data_dir);
/// Errors: kNotFound (no server has run there), kPermissionDenied (another user's), kMalformed.
Result<ServerFile> read_server_file(const std::filesystem::path& data_dir);

class AdminAccess {
 public:
  AdminAccess(std::string secret, bool from_anywhere) : secret_(std::move(secret)), from_anywhere_(from_anywhere) {}
  /// Errors: kPermissionDenied (another machine), kUnauthenticated (no or a wrong secret),
  /// kUnsupportedMedia (a body that is not JSON, as a form of a web page would send it).
  [[nodiscard]] Result<void> check(const Request& request) const;

 private:
  std::string secret_;
  bool from_anywhere_;
};

}  // namespace tetrascope::upkeep
