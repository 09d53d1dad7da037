#pragma once
// Files with their SHA-256, as `sha256sum` writes and checks them.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tetrascope::commands {

struct CopiedFile {
  std::string sha256;  ///< 64 hex digits
  std::uint64_t bytes = 0;
};
/// Copies, and gives what was read. Folders of `to` are made. Errors: kUnavailable with the file's name and the reason.
Result<CopiedFile> copy_with_digest(const std::filesystem::path& from, const std::filesystem::path& to);

/// Paths to digests: `DIGEST  PATH`, a line each.
using Digests = std::map<std::string, std::string, std::less<>>;
std::string digests_text(const Digests& digests);
/// Errors: kInvalid.
Result<Digests> read_digests(const std::filesystem::path& file);

/// The whole file. Errors: kNotFound, kUnavailable.
Result<std::string> read_whole(const std::filesystem::path& file);
/// Under another name first, on disk, then in its place. Errors: kUnavailable.
Result<void> write_whole(const std::filesystem::path& file, std::string_view text);
/// All that was written below the folder is on disk. Errors: kUnavailable.
Result<void> sync_folder(const std::filesystem::path& folder);

}  // namespace tetrascope::commands
