// tetrascope export

#include <fmt/core.h>

#include <fstream>
#include <system_error>

#include <CLI/CLI.hpp>

#include "base/time.h"
#include "commands/command_line.h"
#include "commands/file_copy.h"
#include "commands/progress.h"
#include "model/members.h"

namespace tetrascope::commands {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExportDescription =
    "Write spans, log records and metrics to DIR as OTLP JSON lines, which the OpenTelemetry Collector's otlpjsonfile\n"
    "receiver and `tetrascope import` read: traces.jsonl, logs.jsonl, metrics.jsonl. What was cut short goes on with\n"
    "the same command. (For a copy of everything, settings and vendors' documents too: tetrascope backup.)";
constexpr std::string_view kExportExamples =
    "  tetrascope export ./out\n"
    "  tetrascope export ./out --signal traces --from 2d --to 1d\n"
    "  tetrascope export ./out --from 2026-11-23T10:00:00Z --dataset checkout\n";

struct ExportWish {
  std::string folder, signal = "all", from, to, dataset;
};

/// What was exported so far: DIR/SIGNAL.export.json. The stretches of time are those of the beginning, so that going on
/// gives the same lines as going through.
struct Journey {
  fs::path lines, state;
  Value question;  ///< what was asked for: another question begins anew only when the folder is another one
  Array windows;
  std::size_t next = 0;
  std::uint64_t bytes = 0, rows = 0;
};

Result<void> note(const Journey& journey) {
  return write_whole(journey.state, to_json(Value(Object{{"question", journey.question},
                                                         {"next", Value(static_cast<std::int64_t>(journey.next))},
                                                         {"bytes", Value(static_cast<std::int64_t>(journey.bytes))},
                                                         {"rows", Value(static_cast<std::int64_t>(journey.rows))},
                                                         {"windows", Value(journey.windows)}})) +
                                        "\n");
}

Object question_of(const std::string& signal, const ExportWish& wanted, std::optional<std::int64_t> from,
                   std::optional<std::int64_t> to) {
  Object question{{"signal", Value(signal)}};
  if (from) question.emplace_back("from", Value(*from));
  if (to) question.emplace_back("to", Value(*to));
  put_text(question, "dataset", wanted.dataset);
  return question;
}

/// The journey as it was begun, when there is one for the same words; else a new one.
Result<Journey> begin(ServerLink& server, const std::string& signal, const ExportWish& wanted) {
  Journey journey;
  journey.lines = fs::path(wanted.folder) / (signal + ".jsonl");
  journey.state = fs::path(wanted.folder) / (signal + ".export.json");
  const Value words =
      Object{{"from", Value(wanted.from)}, {"to", Value(wanted.to)}, {"dataset", Value(wanted.dataset)}};
  if (const auto text = read_whole(journey.state)) {
    ASSIGN_OR_RETURN(const Value state, value_from_json(*text));
    const Value* asked = member(state, {"question", "words"});
    if (asked == nullptr || !(*asked == words))
      return fail(ErrorCode::kInvalid, fmt::format("{} is of an export with other flags: give those, or another folder",
                                                   journey.state.string()));
    journey.question = *member(state, "question");
    journey.next = static_cast<std::size_t>(integer_of(member(state, "next")).value_or(0));
    journey.bytes = static_cast<std::uint64_t>(integer_of(member(state, "bytes")).value_or(0));
    journey.rows = static_cast<std::uint64_t>(integer_of(member(state, "rows")).value_or(0));
    if (const Array* windows = array_of(member(state, "windows"))) journey.windows = *windows;
    return journey;
  }
  const std::int64_t now = UnixNanos::now().value;
  std::optional<std::int64_t> from, to;
  if (!wanted.from.empty()) {
    ASSIGN_OR_RETURN(from, parse_time(wanted.from, now));
  }
  if (!wanted.to.empty()) {
    ASSIGN_OR_RETURN(to, parse_time(wanted.to, now));
  }
  Object question = question_of(signal, wanted, from, to);
  ASSIGN_OR_RETURN(const Value answer, server.call("POST", "/admin/export/windows", question));
  if (const Array* windows = array_of(member(answer, "windows"))) journey.windows = *windows;
  question.emplace_back("words", words);
  journey.question = Value(std::move(question));
  RETURN_IF_ERROR(note(journey));
  return journey;
}

Result<std::uint64_t> export_signal(ServerLink& server, const std::string& signal, const ExportWish& wanted,
                                    Progress& progress) {
  ASSIGN_OR_RETURN(Journey journey, begin(server, signal, wanted));
  std::error_code error;
  if (!fs::exists(journey.lines, error)) std::ofstream(journey.lines, std::ios::binary);
  fs::resize_file(journey.lines, journey.bytes, error);  // what was written and not noted is written again
  if (error) return fail(ErrorCode::kUnavailable, fmt::format("{}: {}", journey.lines.string(), error.message()));
  std::ofstream out(journey.lines, std::ios::binary | std::ios::app);
  for (; journey.next < journey.windows.size(); ++journey.next) {
    const Array* window = array_of(&journey.windows[journey.next]);
    if (window == nullptr || window->size() != 3)
      return fail(ErrorCode::kInvalid, "a broken " + journey.state.string());
    Object question{{"signal", Value(signal)}, {"from", (*window)[0]}, {"to", (*window)[1]}};
    put_text(question, "dataset", wanted.dataset);
    ASSIGN_OR_RETURN(const std::string lines, server.call_text("POST", "/admin/export/rows", question));
    out << lines;
    out.flush();
    if (!out) return fail(ErrorCode::kUnavailable, journey.lines.string() + " cannot be written: is the disk full?");
    journey.bytes += lines.size();
    journey.rows += static_cast<std::uint64_t>(integer_of(&(*window)[2]).value_or(0));
    Journey after = journey;
    ++after.next;
    RETURN_IF_ERROR(note(after));
    progress.show(fmt::format("export: {}: {} of {} stretches, {} rows, {}", signal, journey.next + 1,
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
  Progress progress(common.json);
  Object rows;
  for (const std::string& signal : signals) {
    ASSIGN_OR_RETURN(const std::uint64_t count, export_signal(server, signal, wanted, progress));
    rows.emplace_back(signal, Value(static_cast<std::int64_t>(count)));
    progress.end();
    if (!common.json) fmt::print("{}: {} rows\n", (fs::path(wanted.folder) / (signal + ".jsonl")).string(), count);
  }
  if (common.json) fmt::print("{}\n", to_json(Value(Object{{"rows", Value(std::move(rows))}})));
  return 0;
}

}  // namespace

int run_export(const std::vector<std::string>& arguments, const fs::path& data_dir, Environment environment) {
  ExportWish wanted;
  Common common;
  const auto declare = [&](CLI::App& app) {
    app.add_option("DIR", wanted.folder, "where the files go; created when missing")->required();
    app.add_option("--signal", wanted.signal, "traces, logs, metrics or all")
        ->check(CLI::IsMember({"traces", "logs", "metrics", "all"}));
    app.add_option("--from", wanted.from, "what happened from then on: a time in UTC, or an age")->type_name("TIME");
    app.add_option("--to", wanted.to, "and before then")->type_name("TIME");
    app.add_option("--dataset", wanted.dataset, "only this Honeycomb dataset")->type_name("NAME");
  };
  if (const auto code = parse(arguments, kExportDescription, kExportExamples, data_dir, environment, declare, common))
    return *code;
  const auto done = export_all(wanted, common);
  return done ? *done : failed("export", done.error());
}

}  // namespace tetrascope::commands
