// tetrascope backup

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <system_error>

#include <CLI/CLI.hpp>

#include "commands/backup_folder.h"
#include "commands/command_line.h"
#include "commands/file_copy.h"
#include "commands/progress.h"
#include "model/members.h"

namespace tetrascope::commands {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBackupDescription =
    "Copy the store to DIR while the server goes on. Everything that was acknowledged before the command began is in\n"
    "it. The same DIR again takes only what is new, so a backup that was cut short goes on where it was.";
constexpr std::string_view kBackupExamples =
    "  tetrascope backup /srv/backups/telemetry\n"
    "  (cd /srv/backups/telemetry && sha256sum --quiet -c SHA256SUMS)    checks it\n";

struct Copied {
  std::uint64_t parts = 0, kept = 0, bytes = 0;
};

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(folder, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->is_regular_file(error)) files.push_back(entry->path());
  }
  std::ranges::sort(files);
  return files;
}

/// A part of that name from an earlier backup is this one when their checksums are: parts never change.
bool is_there(const fs::path& to, const BackupPart& part, const fs::path& from) {
  std::error_code error;
  if (!fs::exists(to / part.sums(), error)) return false;
  const auto mine = read_whole(to / part.folder() / "checksums.txt");
  const auto theirs = read_whole(from / "checksums.txt");
  return mine && theirs && *mine == *theirs;
}

Result<void> copy_part(const fs::path& from, const fs::path& to, const BackupPart& part, Copied& copied) {
  std::error_code error;
  fs::remove(to / part.sums(), error);
  fs::remove_all(to / part.folder(), error);
  Digests digests;
  for (const fs::path& file : files_in(from)) {
    const fs::path place = part.folder() / file.lexically_relative(from);
    ASSIGN_OR_RETURN(const CopiedFile one, copy_with_digest(file, to / place));
    digests[place.string()] = one.sha256;
    copied.bytes += one.bytes;
  }
  RETURN_IF_ERROR(write_whole(to / part.sums(), digests_text(digests)));
  ++copied.parts;
  return {};
}

/// Parts of earlier backups that this one has not.
void remove_others(const fs::path& to, const std::vector<BackupPart>& parts) {
  std::set<fs::path> wanted;
  for (const BackupPart& part : parts) {
    wanted.insert(to / part.folder());
    wanted.insert(to / part.sums());
  }
  std::error_code error;
  std::vector<fs::path> others;
  for (const auto& table : fs::directory_iterator(to / "parts", error)) {
    for (const auto& entry : fs::directory_iterator(table.path(), error))
      if (!wanted.contains(entry.path())) others.push_back(entry.path());
  }
  for (const fs::path& one : others) fs::remove_all(one, error);
}

Result<Copied> copy_snapshot(const Value& snapshot, const fs::path& data_dir, const fs::path& to, Progress& progress) {
  ASSIGN_OR_RETURN(const std::vector<BackupPart> parts, parts_of(snapshot));
  Copied copied;
  Digests digests;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const fs::path from = data_dir / parts[i].path;
    if (is_there(to, parts[i], from))
      ++copied.kept;
    else
      RETURN_IF_ERROR(copy_part(from, to, parts[i], copied));
    ASSIGN_OR_RETURN(const Digests of_part, read_digests(to / parts[i].sums()));
    digests.insert(of_part.begin(), of_part.end());
    progress.show(fmt::format("backup: {} of {} parts, {} copied", i + 1, parts.size(), size_text(copied.bytes)));
  }
  ASSIGN_OR_RETURN(const CopiedFile control,
                   copy_with_digest(data_dir / text_of(member(snapshot, "control")), to / kControl));
  digests[std::string(kControl)] = control.sha256;
  copied.bytes += control.bytes;
  RETURN_IF_ERROR(sync_folder(to));
  // Until here the earlier backup stood, whole; the sums of its parts are theirs to the end.
  RETURN_IF_ERROR(write_whole(to / kSums, digests_text(digests)));
  RETURN_IF_ERROR(write_whole(to / kManifest, to_json(snapshot) + "\n"));
  remove_others(to, parts);
  RETURN_IF_ERROR(sync_folder(to));
  return copied;
}

Result<int> back_up(const fs::path& to, const Common& common) {
  if (!common.place.server.empty())
    return fail(ErrorCode::kInvalid, "a backup copies files of the data directory: name it with --data-dir");
  std::error_code error;
  fs::create_directories(to, error);
  if (error) return fail(ErrorCode::kUnavailable, fmt::format("{}: {}", to.string(), error.message()));
  ASSIGN_OR_RETURN(ServerLink server, ServerLink::open(common.place));
  Progress progress(common.json);
  ASSIGN_OR_RETURN(const Value snapshot, server.call("POST", "/admin/snapshots", Object{}));
  const auto copied = copy_snapshot(snapshot, common.place.data_dir, to, progress);
  const auto dropped =
      server.call("DELETE", "/admin/snapshots/" + std::string(text_of(member(snapshot, "name"))), Object{});
  progress.end();
  if (!copied)
    return fail(copied.error().code,
                copied.error().message + "; the backup is not whole, the same command goes on where it was");
  if (!dropped) fmt::print(stderr, "tetrascope backup: the snapshot was not let go: {}\n", dropped.error().message);
  if (common.json)
    fmt::print("{}\n", to_json(Value(Object{{"parts", Value(static_cast<std::int64_t>(copied->parts))},
                                            {"kept", Value(static_cast<std::int64_t>(copied->kept))},
                                            {"bytes", Value(static_cast<std::int64_t>(copied->bytes))}})));
  else
    fmt::print("{}: {} parts copied ({}), {} were there already\n", to.string(), copied->parts,
               size_text(copied->bytes), copied->kept);
  return 0;
}

}  // namespace

Result<std::vector<BackupPart>> parts_of(const Value& manifest) {
  const Array* tables = array_of(member(manifest, "tables"));
  if (tables == nullptr) return fail(ErrorCode::kInvalid, "that is no manifest of a backup");
  std::vector<BackupPart> parts;
  for (const Value& table : *tables) {
    const Array* list = array_of(member(table, "parts"));
    for (const Value& part : list == nullptr ? Array() : *list) {
      parts.push_back({std::string(text_of(member(table, "name"))), std::string(text_of(member(part, "name"))),
                       std::string(text_of(member(part, "path")))});
      const auto odd = [](const std::string& name) {
        return name.empty() || name.find('/') != std::string::npos || name.starts_with('.');
      };
      if (odd(parts.back().table) || odd(parts.back().name))
        return fail(ErrorCode::kInvalid, "that is no manifest of a backup: a part has an odd name");
    }
  }
  return parts;
}

int run_backup(const std::vector<std::string>& arguments, const fs::path& data_dir, Environment environment) {
  std::string folder;
  Common common;
  const auto declare = [&](CLI::App& app) {
    app.add_option("DIR", folder, "where the backup is kept; created when missing")->required();
  };
  if (const auto code = parse(arguments, kBackupDescription, kBackupExamples, data_dir, environment, declare, common))
    return *code;
  const auto done = back_up(fs::absolute(folder).lexically_normal(), common);
  return done ? *done : failed("backup", done.error());
}

}  // namespace tetrascope::commands
