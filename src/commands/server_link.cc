#include "commands/server_link.h"

#include <fmt/core.h>

#include <utility>

#include "model/members.h"
#include "net/http_server.h"
#include "upkeep/admin_access.h"

namespace tetrascope::commands {
namespace {

/// A step may rewrite or read a whole table.
constexpr std::chrono::hours kPatience{6};

std::string reason_of(const Response& response) {
  const auto json = value_from_json(response.body);
  const std::string_view said = json ? text_of(member(*json, "error")) : std::string_view();
  return said.empty() ? response.body : std::string(said);
}

ErrorCode code_of(int status) {
  if (status == 404) return ErrorCode::kNotFound;
  if (status == 409) return ErrorCode::kConflict;
  if (status == 401 || status == 403) return ErrorCode::kPermissionDenied;
  return status >= 500 ? ErrorCode::kUnavailable : ErrorCode::kInvalid;
}

Result<upkeep::ServerFile> find_server(const ServerPlace& place) {
  if (!place.server.empty()) {
    constexpr std::string_view kScheme = "http://";
    std::string_view address = place.server;
    if (!address.starts_with(kScheme)) return fail(ErrorCode::kInvalid, "--server: want http://HOST:PORT");
    address.remove_prefix(kScheme.size());
    if (address.ends_with('/')) address.remove_suffix(1);
    return upkeep::ServerFile{std::string(address), place.secret};
  }
  auto found = upkeep::read_server_file(place.data_dir);
  if (!found && found.error().code == ErrorCode::kNotFound)
    return fail(ErrorCode::kNotFound,
                fmt::format("no server runs with the data directory {0}: start it (tetrascope serve --data-dir {0}), "
                            "or name the directory of one that runs with --data-dir",
                            place.data_dir.string()));
  return found;
}

}  // namespace

Result<ServerLink> ServerLink::open(const ServerPlace& place) {
  ASSIGN_OR_RETURN(const upkeep::ServerFile file, find_server(place));
  const auto endpoint = parse_endpoint(file.http);
  if (!endpoint) return fail(ErrorCode::kInvalid, "--server: " + endpoint.error().message);
  return ServerLink("http://" + file.http, endpoint->host, endpoint->port, file.secret);
}

Result<std::string> ServerLink::call_text(std::string_view method, const std::string& path, const Value& body) {
  Headers headers;
  headers.add("Content-Type", "application/json");
  headers.add("Authorization", "Bearer " + secret_);
  auto response = client_.send(method, path, headers, to_json(body), kPatience);
  if (!response)
    return fail(ErrorCode::kUnavailable, fmt::format("no answer from {}: is the server still running? ({})", address_,
                                                     response.error().message));
  if (response->status / 100 == 2) return std::move(response->body);
  return fail(code_of(response->status), reason_of(*response));
}

Result<Value> ServerLink::call(std::string_view method, const std::string& path, const Value& body) {
  ASSIGN_OR_RETURN(const std::string text, call_text(method, path, body));
  return value_from_json(text);
}

Result<Response> ServerLink::post(const std::string& path, const Headers& headers, std::string_view body) {
  return client_.send("POST", path, headers, body, std::chrono::minutes(2));
}

}  // namespace tetrascope::commands
