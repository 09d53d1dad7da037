#pragma once
// What an operator can choose, and where each choice comes from: flags over TETRASCOPE_* variables over a file over
// defaults.

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/http_server.h"
#include "upkeep/keeping_rules.h"

namespace tetrascope {

struct Config {
  std::filesystem::path data_dir;  ///< absolute
  Endpoint http{"127.0.0.1", 4318};
  Endpoint grpc{"127.0.0.1", 4317};
  Endpoint xray{"127.0.0.1", 2000};
  std::size_t max_memory = 0;  ///< bytes of the whole process
  std::string log_level;
  std::string clickhouse;  ///< URL of a ClickHouse server; "" = the engine inside the process
  std::vector<std::string> allowed_hosts;
  bool require_keys = false;
  std::string aws_account;  ///< twelve digits
  std::string rollbar_account_token;
  upkeep::KeepingRules keeping;
  upkeep::KeepingRules::Age xray_retention;  ///< of what X-Ray's clients send
  bool admin_remote = false;                 ///< commands may come from other machines
};

/// What a command line asks for.
struct CommandLine {
  enum class Action { kServe, kPrint, kFail, kCommand };
  Action action = Action::kFail;
  std::string text;  ///< kPrint: to standard output; kFail: one line for standard error
  Config config;     ///< kServe
  /// kCommand: where `serve` would keep data with this environment; the arguments are the command's (commands/).
  std::filesystem::path data_dir = {};
};

/// `arguments` without the program's name. `environment` gives a variable's value, or null.
CommandLine parse_command_line(const std::vector<std::string>& arguments, const char* (*environment)(const char* name));

/// `1.5GiB`, `800 MB`, `1073741824`. Errors: kInvalid.
Result<std::size_t> parse_size(std::string_view text);

/// `30d`, `12h`, `90m`, `45s`, `8w`; `keep` is nullopt. Errors: kInvalid.
Result<upkeep::KeepingRules::Age> parse_age(std::string_view text);

}  // namespace tetrascope
