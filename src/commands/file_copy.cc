#include "commands/file_copy.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "base/ids.h"

namespace tetrascope::commands {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = std::size_t{1} << 20;

std::unexpected<Error> file_error(const fs::path& path, int error) {
  return fail(error == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable,
              fmt::format("{}: {}", path.string(), std::strerror(error)));
}

/// Closes itself.
class File {
 public:
  File(const fs::path& path, int flags) : file_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  ~File() {
    if (file_ >= 0) ::close(file_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int get() const { return file_; }

 private:
  int file_;
};

bool write_all(int file, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(file, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    data += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

}  // namespace

Result<CopiedFile> copy_with_digest(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  const File in(from, O_RDONLY);
  if (in.get() < 0) return file_error(from, errno);
  const File out(to, O_WRONLY | O_CREAT | O_TRUNC);
  if (out.get() < 0) return file_error(to, errno);
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (!digest || EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr) != 1)
    return fail(ErrorCode::kInternal, "no SHA-256 here");
  std::vector<char> piece(kPiece);
  CopiedFile copied;
  for (;;) {
    const ssize_t size = ::read(in.get(), piece.data(), piece.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return file_error(from, errno);
    if (size == 0) break;
    EVP_DigestUpdate(digest.get(), piece.data(), static_cast<std::size_t>(size));
    if (!write_all(out.get(), piece.data(), static_cast<std::size_t>(size))) return file_error(to, errno);
    copied.bytes += static_cast<std::uint64_t>(size);
  }
  std::string bytes(EVP_MAX_MD_SIZE, '\0');
  unsigned length = 0;
  EVP_DigestFinal_ex(digest.get(), reinterpret_cast<unsigned char*>(bytes.data()), &length);
  copied.sha256 = to_hex(std::string_view(bytes).substr(0, length));
  return copied;
}

std::string digests_text(const Digests& digests) {
  std::string text;
  for (const auto& [path, digest] : digests) text += digest + "  " + path + "\n";
  return text;
}

Result<Digests> read_digests(const fs::path& file) {
  ASSIGN_OR_RETURN(const std::string text, read_whole(file));
  Digests digests;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    if (line.size() < 67 || line.substr(64, 2) != "  ")
      return fail(ErrorCode::kInvalid, fmt::format("{} is not what `tetrascope backup` writes", file.string()));
    digests.emplace(line.substr(66), line.substr(0, 64));
    begin = end + 1;
  }
  return digests;
}

Result<std::string> read_whole(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return file_error(file, errno);
  return std::string{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Result<void> write_whole(const fs::path& file, std::string_view text) {
  std::error_code error;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), error);
  const fs::path fresh = file.string() + ".new";
  {
    const File out(fresh, O_WRONLY | O_CREAT | O_TRUNC);
    if (out.get() < 0 || !write_all(out.get(), text.data(), text.size()) || ::fsync(out.get()) != 0)
      return file_error(fresh, errno);
  }
  if (::rename(fresh.c_str(), file.c_str()) != 0) return file_error(file, errno);
  return {};
}

Result<void> sync_folder(const fs::path& folder) {
  const File file(folder, O_RDONLY | O_DIRECTORY);
  if (file.get() < 0 || ::syncfs(file.get()) != 0) return file_error(folder, errno);
  return {};
}

}  // namespace tetrascope::commands
