// tetrascope import

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <system_error>
#include <thread>

#include <CLI/CLI.hpp>

#include "commands/command_line.h"
#include "commands/file_copy.h"
#include "commands/progress.h"
#include "model/members.h"

namespace tetrascope::commands {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kImportDescription =
    "Send files of OTLP JSON lines, as `tetrascope export` and the Collector's file exporter write them, to a server:\n"
    "each line is a request for traces, logs or metrics. How far it is stands beside each file, in FILE.import.json, "
    "so\n"
    "that the same command goes on; the line that was under way may then come twice.";
constexpr std::string_view kImportExamples =
    "  tetrascope import ./out/traces.jsonl ./out/logs.jsonl\n"
    "  tetrascope import ./out/traces.jsonl --server http://localhost:4318 --dataset old\n";

constexpr std::size_t kMostLine = std::size_t{20} << 20;  // what the server takes at once
constexpr int kMostAttempts = 60;

struct ImportWish {
  std::vector<std::string> files;
  std::string dataset;
};

/// Where a line goes, by its first member. "" for what is none of them.
std::string path_of(std::string_view line) {
  constexpr std::pair<std::string_view, const char*> kPaths[] = {
      {"resourceSpans", "/v1/traces"}, {"resourceLogs", "/v1/logs"}, {"resourceMetrics", "/v1/metrics"}};
  const std::size_t begin = line.find('"');
  if (begin == std::string_view::npos) return {};
  const std::string_view name = line.substr(begin + 1, line.find('"', begin + 1) - begin - 1);
  for (const auto& [first, path] : kPaths)
    if (name == first) return path;
  return {};
}

/// Repeats while the server is busy.
Result<void> send_line(ServerLink& server, const std::string& line, const std::string& place,
                       const ImportWish& wanted) {
  const std::string path = path_of(line);
  if (path.empty())
    return fail(ErrorCode::kInvalid,
                place + ": no line of OTLP JSON: it begins with none of resourceSpans, resourceLogs, resourceMetrics");
  if (line.size() > kMostLine)
    return fail(ErrorCode::kInvalid, fmt::format("{}: {} long; the server takes at most {} at once", place,
                                                 size_text(line.size()), size_text(kMostLine)));
  Headers headers;
  headers.add("Content-Type", "application/json");
  if (!wanted.dataset.empty()) {
    headers.add("x-honeycomb-team", "import");
    headers.add("x-honeycomb-dataset", wanted.dataset);
  }
  for (int attempt = 1;; ++attempt) {
    const auto response = server.post(path, headers, line);
    if (response && response->status / 100 == 2) return {};
    const bool again = !response || response->status == 429 || response->status == 503;
    if (!again)
      return fail(ErrorCode::kInvalid, fmt::format("{}: the server refuses it ({}): {}", place, response->status,
                                                   response->body.substr(0, 300)));
    if (attempt == kMostAttempts)
      return fail(ErrorCode::kUnavailable,
                  fmt::format("{}: {}; the same command goes on there", place,
                              response ? "the server does not take it now" : response.error().message));
    std::this_thread::sleep_for(std::min(std::chrono::milliseconds(50) * attempt, std::chrono::milliseconds(1'000)));
  }
}

Result<std::int64_t> import_file(ServerLink& server, const std::string& file, const ImportWish& wanted,
                                 Progress& progress) {
  const fs::path state = file + ".import.json";
  std::error_code error;
  const std::uint64_t size = fs::file_size(file, error);
  std::ifstream in(file, std::ios::binary);
  if (!in || error)
    return fail(ErrorCode::kNotFound, fmt::format("{}: {}", file, error ? error.message() : "cannot be read"));
  std::int64_t lines = 0, bytes = 0;
  if (const auto text = read_whole(state)) {
    const auto noted = value_from_json(*text);
    if (!noted || integer_of(member(*noted, "size")).value_or(-1) != static_cast<std::int64_t>(size))
      return fail(ErrorCode::kInvalid, fmt::format("{} is of another file: remove it to begin anew", state.string()));
    lines = integer_of(member(*noted, "lines")).value_or(0);
    bytes = integer_of(member(*noted, "bytes")).value_or(0);
    in.seekg(bytes);
  }
  for (std::string line; std::getline(in, line);) {
    bytes += static_cast<std::int64_t>(line.size()) + 1;
    ++lines;
    if (line.find_first_not_of(" \t\r") != std::string::npos)
      RETURN_IF_ERROR(send_line(server, line, fmt::format("{}, line {}", file, lines), wanted));
    RETURN_IF_ERROR(write_whole(state, to_json(Value(Object{{"size", Value(static_cast<std::int64_t>(size))},
                                                            {"lines", Value(lines)},
                                                            {"bytes", Value(bytes)}})) +
                                           "\n"));
    progress.show(
        fmt::format("import: {}: {} of {}", file, size_text(static_cast<std::uint64_t>(bytes)), size_text(size)));
  }
  fs::remove(state, error);
  return lines;
}

Result<int> import_all(const ImportWish& wanted, const Common& common) {
  ASSIGN_OR_RETURN(ServerLink server, ServerLink::open(common.place));
  Progress progress(common.json);
  std::int64_t sum = 0;
  for (const std::string& file : wanted.files) {
    ASSIGN_OR_RETURN(const std::int64_t lines, import_file(server, file, wanted, progress));
    progress.end();
    sum += lines;
    if (!common.json) fmt::print("{}: {} lines sent\n", file, lines);
  }
  if (common.json) fmt::print("{}\n", to_json(Value(Object{{"lines", Value(sum)}})));
  return 0;
}

}  // namespace

int run_import(const std::vector<std::string>& arguments, const fs::path& data_dir, Environment environment) {
  ImportWish wanted;
  Common common;
  const auto declare = [&](CLI::App& app) {
    app.add_option("FILE", wanted.files, "files of OTLP JSON lines")->required();
    app.add_option("--dataset", wanted.dataset, "put all of it into this Honeycomb dataset")->type_name("NAME");
  };
  if (const auto code = parse(arguments, kImportDescription, kImportExamples, data_dir, environment, declare, common))
    return *code;
  const auto done = import_all(wanted, common);
  return done ? *done : failed("import", done.error());
}

}  // namespace tetrascope::commands
