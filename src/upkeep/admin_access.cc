#include "upkeep/admin_access.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <system_error>

#include "model/members.h"
#include "model/value.h"

namespace tetrascope::upkeep {
namespace {

constexpr std::string_view kScheme = "Bearer ";

bool is_this_machine(std::string_view address) {
  return address.starts_with("127.") || address.starts_with("[::1]") || address.starts_with("[::ffff:127.");
}

/// Takes the same time wherever they differ.
bool same_secret(std::string_view given, std::string_view wanted) {
  if (given.size() != wanted.size() || wanted.empty()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < given.size(); ++i)
    difference |= static_cast<unsigned char>(given[i]) ^ static_cast<unsigned char>(wanted[i]);
  return difference == 0;
}

}  // namespace

std::string new_secret() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

Result<void> write_server_file(const std::filesystem::path& data_dir, const ServerFile& file) {
  const std::filesystem::path path = data_dir / kServerFile;
  const std::filesystem::path fresh = path.string() + ".new";
  const std::string text = to_json(Value(Object{{"http", Value(file.http)}, {"secret", Value(file.secret)}})) + "\n";
  const auto failed = [&] {
    return fail(ErrorCode::kUnavailable, fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
  };
  ::unlink(fresh.c_str());
  const int out = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (out < 0) return failed();
  const bool written = ::write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (::close(out) != 0 || !written || ::rename(fresh.c_str(), path.c_str()) != 0) return failed();
  return {};
}

void remove_server_file(const std::filesystem::path& data_dir) {
  std::error_code ignored;
  std::filesystem::remove(data_dir / kServerFile, ignored);
}

Result<ServerFile> read_server_file(const std::filesystem::path& data_dir) {
  const std::filesystem::path path = data_dir / kServerFile;
  std::error_code error;
  if (!std::filesystem::exists(path, error))
    return fail(ErrorCode::kNotFound, "no server runs with " + data_dir.string());
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return fail(ErrorCode::kPermissionDenied, fmt::format("cannot read {}: it is another user's", path.string()));
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const auto value = value_from_json(text);
  if (!value) return fail(ErrorCode::kMalformed, path.string() + " is not what a server writes");
  ServerFile file{std::string(text_of(member(*value, "http"))), std::string(text_of(member(*value, "secret")))};
  if (file.http.empty() || file.secret.empty())
    return fail(ErrorCode::kMalformed, path.string() + " is not what a server writes");
  return file;
}

Result<void> AdminAccess::check(const Request& request) const {
  if (!from_anywhere_ && !is_this_machine(request.remote_address))
    return fail(ErrorCode::kPermissionDenied, "only from the server's own machine, unless it runs with --admin-remote");
  const std::string_view given = request.headers.get("Authorization");
  if (!given.starts_with(kScheme) || !same_secret(given.substr(kScheme.size()), secret_))
    return fail(ErrorCode::kUnauthenticated, "the secret in the data directory's server.json is wanted");
  if (request.method == "POST" && request.content_type() != "application/json")
    return fail(ErrorCode::kUnsupportedMedia, "Content-Type: want application/json");
  return {};
}

}  // namespace tetrascope::upkeep
