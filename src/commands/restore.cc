// tetrascope restore

#include <fmt/core.h>

#include <memory>
#include <system_error>

#include <CLI/CLI.hpp>

#include "commands/backup_folder.h"
#include "commands/command_line.h"
#include "commands/file_copy.h"
#include "commands/progress.h"
#include "model/members.h"
#include "storage/chdb/chdb.h"
#include "storage/migrations.h"
#include "upkeep/older_schema.h"

namespace tetrascope::commands {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRestoreDescription =
    "Put the backup in DIR into the store of a server that runs. Every file is compared with its checksum on the way.\n"
    "A backup of an earlier version is brought forward on the way, as a server's start does it with a data directory.\n"
    "The store must be empty, or make room with --replace. What was cut short goes on with the same command.";
constexpr std::string_view kRestoreExamples =
    "  tetrascope serve --data-dir ./fresh &\n"
    "  tetrascope restore /srv/backups/telemetry --data-dir ./fresh\n"
    "  tetrascope restore /srv/backups/telemetry --replace        (what is there now goes)\n";

/// Below the data directory, for the server to take from.
fs::path staging(const Common& common, std::string_view name) { return common.place.data_dir / "restore" / name; }

Result<void> copy_checked(const fs::path& from, const fs::path& to, std::string_view digest) {
  ASSIGN_OR_RETURN(const CopiedFile copied, copy_with_digest(from, to));
  if (copied.sha256 == digest) return {};
  return fail(ErrorCode::kInvalid, fmt::format("{} is damaged: its checksum is another one than when it was backed up; "
                                               "nothing was restored",
                                               from.string()));
}

/// Parts to `to`/TABLE/PART, each whole before it has its name.
Result<void> copy_parts(const fs::path& from, const fs::path& to, const Value& manifest, Progress& progress) {
  ASSIGN_OR_RETURN(const Digests digests, read_digests(from / kSums));
  ASSIGN_OR_RETURN(const std::vector<BackupPart> parts, parts_of(manifest));
  std::error_code error;
  std::size_t done = 0;
  for (const BackupPart& part : parts) {
    const fs::path target = to / part.table / part.name;
    progress.show(fmt::format("restore: {} of {} parts", ++done, parts.size()));
    if (fs::exists(target, error)) continue;
    const fs::path half = target.string() + ".part";
    fs::remove_all(half, error);
    const std::string prefix = part.folder().string() + "/";
    bool any = false;
    for (auto one = digests.lower_bound(prefix); one != digests.end() && one->first.starts_with(prefix); ++one) {
      RETURN_IF_ERROR(copy_checked(from / one->first, half / one->first.substr(prefix.size()), one->second));
      any = true;
    }
    if (!any) return fail(ErrorCode::kInvalid, fmt::format("{} has no sums of {}", (from / kSums).string(), prefix));
    fs::rename(half, target, error);
    if (error) return fail(ErrorCode::kUnavailable, fmt::format("{}: {}", target.string(), error.message()));
  }
  return {};
}

/// The parts of a backup of an earlier schema, brought forward in an engine of this command's own, since tables of a
/// running server cannot have another schema meanwhile. Gives the manifest of what lies in `to`. What was cut short
/// begins anew.
Result<Value> copy_older_parts(const fs::path& from, const fs::path& to, const Value& manifest, Progress& progress) {
  const fs::path older = to.string() + ".older", data_dir = older / "data";
  std::error_code error;
  fs::remove_all(older, error);
  fs::remove_all(to, error);
  RETURN_IF_ERROR(copy_parts(from, older / "parts", manifest, progress));
  progress.show(fmt::format("restore: bringing schema {} forward", upkeep::schema_of_backup(manifest)));
  ASSIGN_OR_RETURN(std::unique_ptr<Storage> engine, open_chdb({.data_dir = data_dir}));
  ASSIGN_OR_RETURN(const Value forward, upkeep::bring_forward(*engine, data_dir, manifest, older / "parts"));
  engine.reset();
  ASSIGN_OR_RETURN(const std::vector<BackupPart> parts, parts_of(forward));
  for (const BackupPart& part : parts) {
    fs::create_directories(to / part.table, error);
    fs::rename(data_dir / part.path, to / part.table / part.name, error);
    if (error) return fail(ErrorCode::kUnavailable, fmt::format("{}: {}", part.path, error.message()));
  }
  fs::remove_all(older, error);
  return forward;
}

Result<void> lay_out(const fs::path& from, const fs::path& to, Value manifest, Progress& progress) {
  if (upkeep::schema_of_backup(manifest) < schema_version(all_migrations())) {
    ASSIGN_OR_RETURN(manifest, copy_older_parts(from, to, manifest, progress));
  } else {
    RETURN_IF_ERROR(copy_parts(from, to, manifest, progress));
  }
  ASSIGN_OR_RETURN(const Digests digests, read_digests(from / kSums));
  const auto control = digests.find(kControl);
  if (control == digests.end()) return fail(ErrorCode::kInvalid, "the backup has no control.sqlite");
  RETURN_IF_ERROR(copy_checked(from / kControl, to / kControl, control->second));
  RETURN_IF_ERROR(write_whole(to / kManifest, to_json(manifest) + "\n"));
  RETURN_IF_ERROR(sync_folder(to));
  return write_whole(to / "laid-out", "");
}

Result<int> restore(const fs::path& from, bool replace, const Common& common) {
  if (!common.place.server.empty())
    return fail(ErrorCode::kInvalid, "a backup goes into a data directory: name it with --data-dir");
  const auto text = read_whole(from / kManifest);
  if (!text)
    return fail(ErrorCode::kInvalid, fmt::format("{} is no whole backup: it has no {}", from.string(), kManifest));
  ASSIGN_OR_RETURN(const Value manifest, value_from_json(*text));
  const std::string name(text_of(member(manifest, "name")));
  if (name.empty() || name.find('/') != std::string::npos)
    return fail(ErrorCode::kInvalid, "that is no manifest of a backup");
  ASSIGN_OR_RETURN(ServerLink server, ServerLink::open(common.place));
  Progress progress(common.json);
  const fs::path to = staging(common, name);
  std::error_code error;
  // Once all lies there, parts are on their way into the tables and must not be put there a second time.
  if (!fs::exists(to / "laid-out", error)) RETURN_IF_ERROR(lay_out(from, to, manifest, progress));
  ASSIGN_OR_RETURN(const Value answer,
                   server.call("POST", "/admin/restore", Object{{"name", Value(name)}, {"replace", Value(replace)}}));
  progress.end();
  const std::int64_t parts = integer_of(member(answer, "parts")).value_or(0);
  if (common.json)
    fmt::print("{}\n", to_json(answer));
  else
    fmt::print(
        "{} parts are in place; restart the server when it had served before, so that it reads its settings anew\n",
        parts);
  return 0;
}

}  // namespace

int run_restore(const std::vector<std::string>& arguments, const fs::path& data_dir, Environment environment) {
  std::string folder;
  bool replace = false;
  Common common;
  const auto declare = [&](CLI::App& app) {
    app.add_option("DIR", folder, "a folder that `tetrascope backup` has filled")->required();
    app.add_flag("--replace", replace, "first remove everything that the store has, and its settings");
  };
  if (const auto code = parse(arguments, kRestoreDescription, kRestoreExamples, data_dir, environment, declare, common))
    return *code;
  const auto done = restore(fs::absolute(folder).lexically_normal(), replace, common);
  return done ? *done : failed("restore", done.error());
}

}  // namespace tetrascope::commands
