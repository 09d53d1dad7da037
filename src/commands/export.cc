// tetrascope export

#include <fmt/core.h>

#include <fstream>
#include <memory>
#include <system_error>

#include <CLI/CLI.hpp>

#include "commands/command_line.h"
#include "commands/export_journey.h"
#include "commands/export_parquet.h"
#include "commands/progress.h"
#include "model/members.h"

namespace tetrascope::commands {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExportDescription =
    "Write spans, log records and metrics to DIR.\n"
    "As OTLP JSON lines, which the OpenTelemetry Collector's otlpjsonfile receiver and `tetrascope import` read:\n"
    "traces.jsonl, logs.jsonl, metrics.jsonl. Or as Parquet, a row each, which DuckDB, pandas, Polars and ClickHouse\n"
    "read, and `tetrascope import` too: traces-FROM-TO.parquet and so on, some --file-rows each.\n"
    "What was cut short goes on with the same command. (For a copy of everything, settings and vendors' documents "
    "too:\n"
    "tetrascope backup.)";
constexpr std::string_view kExportExamples =
    "  tetrascope export ./out\n"
    "  tetrascope export ./out --format parquet --signal traces --from 2d --to 1d\n"
    "  tetrascope export ./out --from 2026-11-23T10:00:00Z --dataset checkout\n";

Result<std::uint64_t> export_lines(ServerLink& server, const std::string& signal, const ExportWish& wanted,
                                   Progress& progress) {
  ASSIGN_OR_RETURN(ExportJourney journey, begin_export(server, signal, wanted));
  if (!journey.begun_before) RETURN_IF_ERROR(note_export(journey));
  const fs::path file = fs::path(wanted.folder) / (signal + ".jsonl");
  std::error_code error;
  if (!fs::exists(file, error)) std::ofstream(file, std::ios::binary);
  fs::resize_file(file, journey.bytes, error);  // what was written and not noted is written again
  if (error) return fail(ErrorCode::kUnavailable, fmt::format("{}: {}", file.string(), error.message()));
  std::ofstream out(file, std::ios::binary | std::ios::app);
  while (journey.next < journey.windows.size()) {
    ASSIGN_OR_RETURN(const ExportWindow window, window_of(journey, journey.next));
    ASSIGN_OR_RETURN(const std::string lines, rows_of_window(server, signal, wanted, window));
    out << lines;
    out.flush();
    if (!out) return fail(ErrorCode::kUnavailable, file.string() + " cannot be written: is the disk full?");
    journey.bytes += lines.size();
    journey.rows += window.rows;
    ++journey.next;
    RETURN_IF_ERROR(note_export(journey));
    progress.show(fmt::format("export: {}: {} of {} stretches, {} rows, {}", signal, journey.next,
                              journey.windows.size(), journey.rows, size_text(journey.bytes)));
  }
  fs::remove(journey.state, error);  // done: the same command begins anew
  return journey.rows;
}

Result<int> export_all(const ExportWish& wanted, const Common& common) {
  std::vector<std::string> signals = {"traces", "logs", "metrics"};
  if (wanted.signal != "all") signals = {wanted.signal};
  std::error_code error;
  fs::create_directories(wanted.folder, error);
  if (error) return fail(ErrorCode::kUnavailable, fmt::format("{}: {}", wanted.folder, error.message()));
  ASSIGN_OR_RETURN(ServerLink server, ServerLink::open(common.place));
  std::unique_ptr<FileEngine> engine;
  if (wanted.parquet) {
    ASSIGN_OR_RETURN(engine, FileEngine::open());
  }
  Progress progress(common.json);
  Object rows;
  for (const std::string& signal : signals) {
    ASSIGN_OR_RETURN(const std::uint64_t count, wanted.parquet
                                                    ? export_parquet(server, *engine, signal, wanted, progress)
                                                    : export_lines(server, signal, wanted, progress));
    rows.emplace_back(signal, Value(static_cast<std::int64_t>(count)));
    progress.end();
    const std::string files = signal + (wanted.parquet ? "-*.parquet" : ".jsonl");
    if (!common.json) fmt::print("{}: {} rows\n", (fs::path(wanted.folder) / files).string(), count);
  }
  if (common.json) fmt::print("{}\n", to_json(Value(Object{{"rows", Value(std::move(rows))}})));
  return 0;
}

}  // namespace

int run_export(const std::vector<std::string>& arguments, const fs::path& data_dir, Environment environment) {
  ExportWish wanted;
  std::string format = "otlp-json";
  Common common;
  const auto declare = [&](CLI::App& app) {
    app.add_option("DIR", wanted.folder, "where the files go; created when missing")->required();
    app.add_option("--format", format, "otlp-json: lines; parquet: a row each")
        ->check(CLI::IsMember({"otlp-json", "parquet"}))
        ->default_str(format);
    app.add_option("--file-rows", wanted.file_rows, "of Parquet: rows of a file, some 5,000 more or less")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{10'000'000}))
        ->default_str(std::to_string(wanted.file_rows));
    app.add_option("--signal", wanted.signal, "traces, logs, metrics or all")
        ->check(CLI::IsMember({"traces", "logs", "metrics", "all"}));
    app.add_option("--from", wanted.from, "what happened from then on: a time in UTC, or an age")->type_name("TIME");
    app.add_option("--to", wanted.to, "and before then")->type_name("TIME");
    app.add_option("--dataset", wanted.dataset, "only this Honeycomb dataset")->type_name("NAME");
  };
  if (const auto code = parse(arguments, kExportDescription, kExportExamples, data_dir, environment, declare, common))
    return *code;
  wanted.parquet = format == "parquet";
  const auto done = export_all(wanted, common);
  return done ? *done : failed("export", done.error());
}

}  // namespace tetrascope::commands
