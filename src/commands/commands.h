#pragma once
// The command line beside `serve`: what an operator does to a store while its server runs.

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tetrascope::commands {

/// What --help lists.
struct CommandName {
  std::string_view name, help;
};
std::span<const CommandName> all_commands();
bool is_command(std::string_view name);

/// Gives a variable's value, or null.
using Environment = const char* (*)(const char* name);

/// `arguments[0]` is a command's name. `data_dir`: where `serve` would keep data with this environment.
/// Gives the exit code: 0 done, 1 it failed or found something, 2 the command line is wrong.
int run_command(const std::vector<std::string>& arguments, const std::filesystem::path& data_dir,
                Environment environment);

}  // namespace tetrascope::commands
