// tetrascope import

#include <fmt/core.h>

#include <fstream>
#include <memory>
#include <system_error>

#include <CLI/CLI.hpp>

#include "commands/command_line.h"
#include "commands/file_copy.h"
#include "commands/import_parquet.h"
#include "commands/import_request.h"
#include "commands/progress.h"
#include "model/members.h"

namespace tetrascope::commands {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kImportDescription =
    "Send files of OTLP JSON lines, as `tetrascope export` and the Collector's file exporter write them, or Parquet\n"
    "files of `tetrascope export --format parquet` to a server. How far it is stands beside each file, in\n"
    "FILE.import.json, so that the same command goes on; the request that was under way may then come twice.";
constexpr std::string_view kImportExamples =
    "  tetrascope import ./out/traces.jsonl ./out/logs.jsonl\n"
    "  tetrascope import ./out/*.parquet\n"
    "  tetrascope import ./out/traces.jsonl --server http://localhost:4318 --dataset old\n";

Result<std::int64_t> import_lines(ServerLink& server, const std::string& file, const ImportWish& wanted,
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
      RETURN_IF_ERROR(send_request(server, line, fmt::format("{}, line {}", file, lines), wanted));
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
  std::unique_ptr<FileEngine> engine;  // for the first Parquet file
  Progress progress(common.json);
  std::int64_t lines = 0, rows = 0;
  for (const std::string& file : wanted.files) {
    const bool parquet = is_parquet(file);
    if (parquet && !engine) {
      ASSIGN_OR_RETURN(engine, FileEngine::open());
    }
    ASSIGN_OR_RETURN(const std::int64_t sent, parquet ? import_parquet(server, *engine, file, wanted, progress)
                                                      : import_lines(server, file, wanted, progress));
    progress.end();
    (parquet ? rows : lines) += sent;
    if (!common.json) fmt::print("{}: {} {} sent\n", file, sent, parquet ? "rows" : "lines");
  }
  if (common.json) fmt::print("{}\n", to_json(Value(Object{{"lines", Value(lines)}, {"rows", Value(rows)}})));
  return 0;
}

}  // namespace

int run_import(const std::vector<std::string>& arguments, const fs::path& data_dir, Environment environment) {
  ImportWish wanted;
  Common common;
  const auto declare = [&](CLI::App& app) {
    app.add_option("FILE", wanted.files, "files of OTLP JSON lines, or Parquet files")->required();
    app.add_option("--dataset", wanted.dataset, "put all of it into this Honeycomb dataset")->type_name("NAME");
  };
  if (const auto code = parse(arguments, kImportDescription, kImportExamples, data_dir, environment, declare, common))
    return *code;
  const auto done = import_all(wanted, common);
  return done ? *done : failed("import", done.error());
}

}  // namespace tetrascope::commands
