#include "config.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <ranges>

#include <CLI/CLI.hpp>
#include <toml++/toml.h>

#include "commands/commands.h"

namespace tetrascope {
namespace {

/// Everything that can be set, once: flag `--name`, variable `TETRASCOPE_NAME`, file key `name`.
struct Setting {
  std::string_view name;
  std::string_view value;  ///< what --help calls its value; "" for a switch
  std::string_view standard;
  std::string_view help;
};
constexpr std::array<Setting, 20> kSettings{{
    {"data-dir", "DIR", "",
     "where everything is kept; created when missing (default: tetrascope in the user's state folder)"},
    {"http", "HOST:PORT", "127.0.0.1:4318", "OTLP/HTTP, the vendors' APIs and the page; port 0 takes a free one"},
    {"grpc", "HOST:PORT", "127.0.0.1:4317", "OTLP/gRPC"},
    {"xray", "HOST:PORT", "127.0.0.1:2000", "the X-Ray daemon's place, UDP and TCP; port 0 takes a free one"},
    {"max-memory", "SIZE", "1.5GiB", "bound on the memory of the whole process, the engine included; at least 512MiB"},
    {"log-level", "LEVEL", "info", "trace, debug, info, warn, error or off; logs go to standard error"},
    {"clickhouse", "URL", "",
     "keep telemetry in this ClickHouse server, http://user:password@host:8123, instead of in the process"},
    {"allowed-host", "NAMES", "", "further host names, separated by commas, under which browsers may open the page"},
    {"require-keys", "", "false", "refuse telemetry that comes without a key"},
    {"aws-account", "ID", "123456789012",
     "the AWS account that callers of X-Ray, CloudWatch Logs and STS are in: twelve digits"},
    {"rollbar-account-token", "TOKEN", "",
     "Rollbar's account token; tokens that were not made with it are then refused"},
    {"retention-traces", "AGE", "keep", "spans go so long after they came: 30d, 12h, or keep; docs/keeping.md"},
    {"retention-logs", "AGE", "keep", "the same for log records and events"},
    {"retention-errors", "AGE", "keep", "the same for errors"},
    {"retention-metrics", "AGE", "keep", "the same for metrics"},
    {"retention-xray", "AGE", "30d", "the same for X-Ray's segments, which AWS keeps for 30 days"},
    {"retention-datasets", "NAME=AGE,…", "", "Honeycomb datasets that go sooner than their signal: staging=3d,dev=12h"},
    {"max-disk", "SIZE", "0", "what the tables may take of the disk; beyond it the oldest goes first; 0 for no bound"},
    {"tidy-every", "AGE", "6h", "how often rows past their dataset's or log group's time are taken out"},
    {"admin-remote", "", "false", "let delete, backup and the like come from other machines too, with the secret"},
}};

constexpr std::size_t kLeastMemory = std::size_t{512} << 20;

std::string variable_name(std::string_view setting) {
  std::string name = "TETRASCOPE_";
  for (const char c : setting) name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

/// A setting's value, and where it came from as errors name it: `--http`, `TETRASCOPE_HTTP`, `tetrascope.toml: http`.
struct Given {
  std::string text;
  std::string place;
};
using Values = std::map<std::string, Given, std::less<>>;

std::string known_names() {
  std::string names;
  for (const auto& setting : kSettings) names.append(names.empty() ? "" : ", ").append(setting.name);
  return names;
}

Result<std::string> file_value(const std::string& path, std::string_view key, const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto integer = node.value_exact<std::int64_t>()) return std::to_string(*integer);
  if (const auto flag = node.value_exact<bool>()) return std::string(*flag ? "true" : "false");
  return fail(ErrorCode::kInvalid, fmt::format("{}: '{}' must be text, a whole number, true or false", path, key));
}

Result<Values> read_file(const std::string& path) {
  Values values;
  toml::table table;
  if (std::error_code ignored; std::filesystem::is_directory(path, ignored)) {
    return fail(ErrorCode::kInvalid, fmt::format("{} is a folder; give --config a readable file", path));
  }
  try {
    table = toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    const auto where = error.source().begin;
    return fail(ErrorCode::kInvalid,
                where.line == 0 ? fmt::format("{}: {}; give --config a readable file", path, error.description())
                                : fmt::format("{}: line {}: {}", path, where.line, error.description()));
  }
  for (const auto& [key, node] : table) {
    const bool known = std::ranges::find(kSettings, key.str(), &Setting::name) != kSettings.end();
    if (!known)
      return fail(ErrorCode::kInvalid,
                  fmt::format("{}: unknown key '{}'; known are {}", path, key.str(), known_names()));
    ASSIGN_OR_RETURN(auto value, file_value(path, key.str(), node));
    values.emplace(std::string(key.str()), Given{std::move(value), fmt::format("{}: {}", path, key.str())});
  }
  return values;
}

Result<std::filesystem::path> state_folder(const char* (*environment)(const char*)) {
  if (const char* state = environment("XDG_STATE_HOME"); state != nullptr && state[0] == '/')
    return std::filesystem::path(state) / "tetrascope";
  if (const char* home = environment("HOME"); home != nullptr && home[0] == '/') {
    return std::filesystem::path(home) / ".local" / "state" / "tetrascope";
  }
  return fail(ErrorCode::kInvalid, "no HOME to keep data in; say where with --data-dir DIR");
}

Result<bool> parse_switch(std::string_view text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0" || text.empty()) return false;
  return fail(ErrorCode::kInvalid, fmt::format("'{}': want true or false", text));
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// `NAME=AGE,NAME=AGE`.
Result<std::vector<upkeep::KeepingRules::Dataset>> parse_datasets(std::string_view text) {
  std::vector<upkeep::KeepingRules::Dataset> datasets;
  for (const auto part : std::views::split(text, ',')) {
    const std::string_view one = trimmed(std::string_view(part.begin(), part.end()));
    if (one.empty()) continue;
    const std::size_t equals = one.rfind('=');
    const auto age = parse_age(trimmed(one.substr(equals == std::string_view::npos ? one.size() : equals + 1)));
    if (equals == std::string_view::npos || equals == 0 || !age || !*age)
      return fail(ErrorCode::kInvalid, fmt::format("'{}': want NAME=AGE, as in staging=3d", one));
    datasets.push_back({std::string(trimmed(one.substr(0, equals))), **age});
  }
  return datasets;
}

/// For how long things are kept, and in how much space.
Result<void> to_keeping(const Values& values, Config& config) {
  const auto given = [&](std::string_view name) -> const Given& { return values.find(name)->second; };
  const auto bad_value = [&](std::string_view name, std::string_view why) {
    return fail(ErrorCode::kInvalid, fmt::format("{}: {}", given(name).place, why));
  };
  upkeep::KeepingRules& keeping = config.keeping;
  const std::pair<std::string_view, upkeep::KeepingRules::Age&> ages[] = {{"retention-traces", keeping.traces},
                                                                          {"retention-logs", keeping.logs},
                                                                          {"retention-errors", keeping.errors},
                                                                          {"retention-metrics", keeping.metrics},
                                                                          {"retention-xray", config.xray_retention}};
  for (const auto& [name, out] : ages) {
    const auto age = parse_age(given(name).text);
    if (!age) return bad_value(name, age.error().message);
    out = *age;
  }
  const auto every = parse_age(given("tidy-every").text);
  if (!every || !*every)
    return bad_value("tidy-every", every ? "'keep': want an age such as 6h" : every.error().message);
  keeping.tidy_every = **every;
  auto datasets = parse_datasets(given("retention-datasets").text);
  if (!datasets) return bad_value("retention-datasets", datasets.error().message);
  keeping.datasets = *std::move(datasets);
  const auto disk = parse_size(given("max-disk").text);
  if (!disk) return bad_value("max-disk", disk.error().message);
  if (*disk != 0 && *disk < upkeep::kLeastDisk)
    return bad_value("max-disk", fmt::format("'{}' is too little; want at least 64MiB, or 0", given("max-disk").text));
  keeping.max_disk = *disk;
  const auto remote = parse_switch(given("admin-remote").text);
  if (!remote) return bad_value("admin-remote", remote.error().message);
  config.admin_remote = *remote;
  return {};
}

Result<Config> to_config(const Values& values, const char* (*environment)(const char*)) {
  Config config;
  const auto text = [&](std::string_view name) { return std::string_view(values.find(name)->second.text); };
  const auto bad_value = [&](std::string_view name, std::string_view why) {
    return fail(ErrorCode::kInvalid, fmt::format("{}: {}", values.find(name)->second.place, why));
  };
  const auto endpoint = [&](std::string_view name, Endpoint& out) -> Result<void> {
    auto parsed = parse_endpoint(text(name));
    if (!parsed) return bad_value(name, parsed.error().message);
    out = *std::move(parsed);
    return {};
  };
  RETURN_IF_ERROR(endpoint("http", config.http));
  RETURN_IF_ERROR(endpoint("grpc", config.grpc));
  RETURN_IF_ERROR(endpoint("xray", config.xray));
  if (text("data-dir").empty()) {
    if (!values.find("data-dir")->second.place.empty())
      return bad_value("data-dir", "is empty; want a folder, or leave it out");
    ASSIGN_OR_RETURN(config.data_dir, state_folder(environment));
  } else {
    config.data_dir = std::filesystem::absolute(text("data-dir")).lexically_normal();
  }
  const auto memory = parse_size(text("max-memory"));
  if (!memory) return bad_value("max-memory", memory.error().message);
  if (*memory < kLeastMemory)
    return bad_value("max-memory", fmt::format("'{}' is too little; want at least 512MiB", text("max-memory")));
  config.max_memory = *memory;
  config.log_level = text("log-level");
  config.clickhouse = text("clickhouse");
  for (const auto part : std::views::split(text("allowed-host"), ',')) {
    if (const std::string_view host(part.begin(), part.end()); !host.empty()) config.allowed_hosts.emplace_back(host);
  }
  const auto require_keys = parse_switch(text("require-keys"));
  if (!require_keys) return bad_value("require-keys", require_keys.error().message);
  config.require_keys = *require_keys;
  config.aws_account = text("aws-account");
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (config.aws_account.size() != 12 || !std::ranges::all_of(config.aws_account, is_digit))
    return bad_value("aws-account", fmt::format("'{}': want twelve digits", config.aws_account));
  config.rollbar_account_token = text("rollbar-account-token");
  RETURN_IF_ERROR(to_keeping(values, config));
  return config;
}

/// The flags as given, and which file to read.
struct Flags {
  Values values;
  std::string file;
};

CommandLine failed(std::string message) { return {CommandLine::Action::kFail, std::move(message), {}, {}}; }

CommandLine serve(const Flags& flags, const char* (*environment)(const char*)) {
  Values values;
  for (const auto& setting : kSettings) values.emplace(setting.name, Given{std::string(setting.standard), ""});
  std::string file = flags.file;
  if (const char* from_environment = environment("TETRASCOPE_CONFIG"); file.empty() && from_environment != nullptr)
    file = from_environment;
  if (!file.empty()) {
    auto from_file = read_file(file);
    if (!from_file) return failed(from_file.error().message);
    for (auto& [name, value] : *from_file) values[name] = value;
  }
  for (const auto& setting : kSettings) {
    const std::string variable = variable_name(setting.name);
    if (const char* value = environment(variable.c_str())) values[std::string(setting.name)] = {value, variable};
  }
  for (const auto& [name, value] : flags.values) values[name] = value;
  auto config = to_config(values, environment);
  if (!config) return failed(config.error().message);
  return {CommandLine::Action::kServe, "", *std::move(config), {}};
}

/// One of commands/, which reads its own flags.
CommandLine command(const char* (*environment)(const char*)) {
  std::filesystem::path data_dir;
  if (const char* named = environment("TETRASCOPE_DATA_DIR"); named != nullptr && *named != '\0') {
    data_dir = std::filesystem::absolute(named).lexically_normal();
  } else {
    auto folder = state_folder(environment);
    if (!folder) folder = std::filesystem::path();  // then --data-dir says it
    data_dir = *std::move(folder);
  }
  return {CommandLine::Action::kCommand, "", {}, std::move(data_dir)};
}

constexpr std::string_view kExamples = R"(
Each setting can also be a variable, TETRASCOPE_DATA_DIR for --data-dir, or a key of a TOML file, data-dir = "/srv/telemetry".
A flag wins over a variable, a variable over the file, the file over the default.

Examples:
  tetrascope serve
  tetrascope serve --data-dir ./data --http 0.0.0.0:4318 --grpc 0.0.0.0:4317
  tetrascope serve --config tetrascope.toml
  tetrascope serve --retention-traces 30d --retention-logs 14d --max-disk 50GB
Then: OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 for a client, and http://localhost:4318 in a browser.
)";

}  // namespace

Result<std::size_t> parse_size(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto wrong = [&] {
    return fail(ErrorCode::kInvalid, fmt::format("'{}': want a size such as 1.5GiB, 800MB or 1073741824", text));
  };
  if (error != std::errc{} || number < 0) return wrong();
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit.starts_with(' ')) unit.remove_prefix(1);
  constexpr std::array<std::pair<std::string_view, double>, 10> kUnits{{{"", 1},
                                                                        {"B", 1},
                                                                        {"KiB", 0x1p10},
                                                                        {"MiB", 0x1p20},
                                                                        {"GiB", 0x1p30},
                                                                        {"TiB", 0x1p40},
                                                                        {"KB", 1e3},
                                                                        {"MB", 1e6},
                                                                        {"GB", 1e9},
                                                                        {"TB", 1e12}}};
  for (const auto& [name, factor] : kUnits) {
    if (unit == name && number * factor < 0x1p62) return static_cast<std::size_t>(number * factor);
  }
  return wrong();
}

Result<upkeep::KeepingRules::Age> parse_age(std::string_view text) {
  if (text == "keep") return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
      {"s", 1}, {"m", 60}, {"h", 3'600}, {"d", 86'400}, {"w", 604'800}};
  constexpr std::int64_t kMostSeconds = std::int64_t{200} * 366 * 86'400;  // times reach to the year 2262
  for (const auto& [name, seconds] : kUnits) {
    if (error == std::errc{} && unit == name && number >= 1 && number <= kMostSeconds / seconds)
      return std::chrono::seconds(number * seconds);
  }
  return fail(ErrorCode::kInvalid, fmt::format("'{}': want an age such as 30d, 12h, 90m or 45s, or keep", text));
}

CommandLine parse_command_line(const std::vector<std::string>& arguments,
                               const char* (*environment)(const char* name)) {
  if (!arguments.empty() && commands::is_command(arguments[0])) return command(environment);
  CLI::App app(
      "One server that OpenTelemetry's exporters and Honeycomb's clients take for their own vendor, on this machine "
      "alone.",
      "tetrascope");
  app.require_subcommand(1);
  app.footer("\n`tetrascope serve --help` lists the settings, `tetrascope COMMAND --help` teaches each command.");
  auto* version = app.add_subcommand("version", "Print the version");
  auto* serving = app.add_subcommand("serve", "Take telemetry, answer questions, show the page");
  serving->footer(std::string(kExamples));

  for (const auto& one : commands::all_commands()) app.add_subcommand(std::string(one.name), std::string(one.help));

  Flags flags;
  serving->add_option("--config", flags.file, "TOML file with settings")->type_name("FILE");
  for (const auto& setting : kSettings) {
    const std::string flag = "--" + std::string(setting.name);
    const std::string name(setting.name);
    if (setting.value.empty()) {
      serving->add_flag_callback(
          flag, [&flags, name, flag] { flags.values[name] = {"true", flag}; }, std::string(setting.help));
      continue;
    }
    auto* option = serving->add_option_function<std::string>(
        flag, [&flags, name, flag](const std::string& value) { flags.values[name] = {value, flag}; },
        std::string(setting.help));
    option->type_name(std::string(setting.value))->default_str(std::string(setting.standard));
  }

  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // CLI11 takes them from the back
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    return {CommandLine::Action::kPrint, app.help(), {}, {}};
  } catch (const CLI::ParseError& error) {
    if (!serving->parsed() && !version->parsed() && !arguments.empty() && !arguments[0].starts_with('-'))
      return failed(fmt::format("unknown command '{}'; tetrascope --help lists them", arguments[0]));
    return failed(fmt::format("{}; see tetrascope {}--help", error.what(), serving->parsed() ? "serve " : ""));
  }
  if (version->parsed())
    return {CommandLine::Action::kPrint, fmt::format("tetrascope {}\n", TETRASCOPE_VERSION), {}, {}};
  return serve(flags, environment);
}

}  // namespace tetrascope
