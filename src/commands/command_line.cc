#include "commands/command_line.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <ranges>

#include <CLI/CLI.hpp>

#include "base/log.h"
#include "base/time.h"

namespace tetrascope::commands {
namespace {

constexpr CommandName kCommands[] = {
    {"delete", "Remove a trace, a dataset, a log group, what is old, or everything"},
    {"backup", "Copy the store to a folder while the server goes on"},
    {"restore", "Put a backup into a server's empty store"},
    {"doctor", "Check the store and what is derived from it; mend what can be"},
    {"export", "Write spans, logs and metrics as OTLP JSON lines or Parquet"},
    {"import", "Send OTLP JSON lines or exported Parquet to a server"},
};

/// Digits at a place, or -1.
int number_at(std::string_view text, std::size_t place, std::size_t length) {
  int number = -1;
  if (place + length > text.size()) return -1;
  const char* end = text.data() + place + length;
  const auto [stop, error] = std::from_chars(text.data() + place, end, number);
  return error == std::errc{} && stop == end ? number : -1;
}

std::optional<std::int64_t> parse_date(std::string_view text) {
  if (text.ends_with('Z')) text.remove_suffix(1);
  if (text.size() != 10 && text.size() != 19) return std::nullopt;
  const int year = number_at(text, 0, 4), month = number_at(text, 5, 2), day = number_at(text, 8, 2);
  if (text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (year < 1678 || year > 2261 || !date.ok()) return std::nullopt;
  std::int64_t seconds = std::chrono::sys_days(date).time_since_epoch().count() * std::int64_t{86'400};
  if (text.size() == 19) {
    const int hour = number_at(text, 11, 2), minute = number_at(text, 14, 2), second = number_at(text, 17, 2);
    const bool in_form = (text[10] == 'T' || text[10] == ' ') && text[13] == ':' && text[16] == ':';
    if (!in_form || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
      return std::nullopt;
    seconds += hour * 3'600 + minute * 60 + second;
  }
  return seconds * kNanosPerSecond;
}

std::optional<std::int64_t> parse_seconds(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
      {"s", 1}, {"m", 60}, {"h", 3'600}, {"d", 86'400}, {"w", 604'800}};
  for (const auto& [name, seconds] : kUnits) {
    if (error == std::errc{} && unit == name && number >= 0 && number < std::int64_t{6'000'000'000} / seconds)
      return number * seconds;
  }
  return std::nullopt;
}

}  // namespace

std::span<const CommandName> all_commands() { return kCommands; }

bool is_command(std::string_view name) {
  return std::ranges::find(kCommands, name, &CommandName::name) != std::end(kCommands);
}

Result<std::int64_t> parse_time(std::string_view text, std::int64_t now_nanos) {
  if (const auto seconds = parse_seconds(text)) return now_nanos - *seconds * kNanosPerSecond;
  if (const auto date = parse_date(text)) return *date;
  return fail(
      ErrorCode::kInvalid,
      fmt::format("'{}': want a time such as 2026-11-23T10:00:00Z or 2026-11-23 (UTC), or an age such as 7d", text));
}

std::optional<int> parse(const std::vector<std::string>& arguments, std::string_view description,
                         std::string_view examples, const std::filesystem::path& data_dir, Environment environment,
                         const std::function<void(CLI::App&)>& declare, Common& common) {
  const std::string name = "tetrascope " + arguments.at(0);
  CLI::App app{std::string(description), name};
  app.footer("\nExamples:\n" + std::string(examples));
  declare(app);
  std::string folder = data_dir.string();
  app.add_option("--data-dir", folder, "the data directory of the server; it has to run")
      ->type_name("DIR")
      ->default_str(folder);
  app.add_option("--server", common.place.server, "the server itself, where its data directory is not at hand")
      ->type_name("URL");
  app.add_option("--secret", common.place.secret,
                 "of that server's server.json; better in TETRASCOPE_SECRET, where nobody sees it")
      ->type_name("TEXT");
  app.add_flag("--json", common.json, "answer in JSON");
  if (const char* secret = environment("TETRASCOPE_SECRET")) common.place.secret = secret;
  try {
    std::vector<std::string> reversed(arguments.rbegin(), std::prev(arguments.rend()));
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", app.help());
    return 0;
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "{}: {}; see {} --help\n", name, error.what(), name);
    return 2;
  }
  common.place.data_dir = std::filesystem::absolute(folder).lexically_normal();
  return std::nullopt;
}

int failed(std::string_view command, const Error& error) {
  fmt::print(stderr, "tetrascope {}: {}\n", command, error.message);
  return error.code == ErrorCode::kInvalid ? 2 : 1;
}

int run_command(const std::vector<std::string>& arguments, const std::filesystem::path& data_dir,
                Environment environment) {
  using Run = int (*)(const std::vector<std::string>&, const std::filesystem::path&, Environment);
  constexpr Run kRuns[] = {run_delete, run_backup, run_restore, run_doctor, run_export, run_import};
  const auto found = std::ranges::find(kCommands, arguments.at(0), &CommandName::name);
  if (found == std::end(kCommands)) return 2;
  (void)start_logging("warn");  // what is said of a command's own engine; standard output is for answers
  return kRuns[found - std::begin(kCommands)](arguments, data_dir, environment);
}

}  // namespace tetrascope::commands
