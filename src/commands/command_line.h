#pragma once
// What every command's line has: where the server is, and how to answer.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "commands/commands.h"
#include "commands/server_link.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace tetrascope::commands {

struct Common {
  ServerPlace place;
  bool json = false;  ///< one JSON document on standard output, nothing for people
};

/// Parses `arguments` (with the command's name in front). `declare` adds the command's own flags.
/// Gives an exit code when there is nothing more to do: help was printed, or a line says what is wrong.
std::optional<int> parse(const std::vector<std::string>& arguments, std::string_view description,
                         std::string_view examples, const std::filesystem::path& data_dir, Environment environment,
                         const std::function<void(CLI::App&)>& declare, Common& common);

/// `tetrascope COMMAND: message` on standard error; gives 1.
int failed(std::string_view command, const Error& error);

/// `2026-11-23T10:00:00Z`, `2026-11-23T10:00:00`, `2026-11-23` (UTC), or an age: `7d` is seven days ago.
/// Errors: kInvalid.
Result<std::int64_t> parse_time(std::string_view text, std::int64_t now_nanos);

// The commands.
int run_delete(const std::vector<std::string>& arguments, const std::filesystem::path& data_dir,
               Environment environment);
int run_backup(const std::vector<std::string>& arguments, const std::filesystem::path& data_dir,
               Environment environment);
int run_restore(const std::vector<std::string>& arguments, const std::filesystem::path& data_dir,
                Environment environment);
int run_doctor(const std::vector<std::string>& arguments, const std::filesystem::path& data_dir,
               Environment environment);
int run_export(const std::vector<std::string>& arguments, const std::filesystem::path& data_dir,
               Environment environment);
int run_import(const std::vector<std::string>& arguments, const std::filesystem::path& data_dir,
               Environment environment);

}  // namespace tetrascope::commands
