// tetrascope doctor

#include <fmt/core.h>

#include <memory>

#include <CLI/CLI.hpp>

#include "commands/command_line.h"
#include "commands/own_server.h"
#include "commands/progress.h"
#include "model/members.h"

namespace tetrascope::commands {
namespace {

constexpr std::string_view kDoctorDescription =
    "Check the store: the settings, the journal, every part against its checksums, and what is derived from rows. "
    "Says\n"
    "what it found; with --mend also what it mended. Exits with 1 when something is wrong and still is. A store whose\n"
    "server runs is checked while it serves; one that no server has is opened for it, as a server would open it.";
constexpr std::string_view kDoctorExamples =
    "  tetrascope doctor\n"
    "  tetrascope doctor --mend\n"
    "  tetrascope doctor --json | jq .found\n";

Value append(Value list, const Value* more) {
  const Array* array = array_of(more);
  for (const Value& one : array == nullptr ? Array() : *array) std::get<Array>(list.data).push_back(one);
  return list;
}

void print_lines(std::string_view word, const Value* lines) {
  const Array* array = array_of(lines);
  for (const Value& line : array == nullptr ? Array() : *array) fmt::print("  {}: {}\n", word, text_of(&line));
}

Result<int> examine(bool mend, const Common& common) {
  std::unique_ptr<OwnServer> own;
  if (common.place.server.empty() && is_idle_store(common.place.data_dir)) {
    ASSIGN_OR_RETURN(own, OwnServer::start(common.place.data_dir));
  }
  ASSIGN_OR_RETURN(ServerLink server, ServerLink::open(common.place));
  ASSIGN_OR_RETURN(const Value list, server.call("GET", "/admin/doctor", Object{}));
  const Array* checks = array_of(member(list, "checks"));
  Progress progress(common.json);
  Value found = Array(), mended = Array(), all = Array();
  for (const Value& check : checks == nullptr ? Array() : *checks) {
    progress.show(fmt::format("doctor: {}", text_of(&check)));
    ASSIGN_OR_RETURN(const Value report,
                     server.call("POST", "/admin/doctor", Object{{"check", check}, {"mend", Value(mend)}}));
    found = append(std::move(found), member(report, "found"));
    mended = append(std::move(mended), member(report, "mended"));
    std::get<Array>(all.data).push_back(report);
    if (common.json) continue;
    progress.end();
    const Array* wrong = array_of(member(report, "found"));
    fmt::print("{:<18} {:<6} {}\n", text_of(&check), wrong != nullptr && !wrong->empty() ? "WRONG" : "ok",
               text_of(member(report, "looked_at")));
    print_lines("found", member(report, "found"));
    print_lines("mended", member(report, "mended"));
  }
  const std::size_t wrong = std::get<Array>(found.data).size();
  const std::size_t right = std::get<Array>(mended.data).size();
  if (common.json)
    fmt::print("{}\n", to_json(Value(Object{{"ok", Value(wrong == 0)},
                                            {"served", Value(own == nullptr)},
                                            {"found", std::move(found)},
                                            {"mended", std::move(mended)},
                                            {"checks", std::move(all)}})));
  else
    fmt::print("{}\n",
               wrong == 0 ? fmt::format("all is well{}", right > 0 ? fmt::format(", {} things were mended", right) : "")
                          : fmt::format("{} things are wrong, {} were mended", wrong, right));
  return wrong == 0 ? 0 : 1;
}

}  // namespace

int run_doctor(const std::vector<std::string>& arguments, const std::filesystem::path& data_dir,
               Environment environment) {
  bool mend = false;
  Common common;
  const auto declare = [&](CLI::App& app) {
    app.add_flag("--mend", mend, "set damaged parts aside, add what the field catalogue lacks, let old snapshots go");
  };
  if (const auto code = parse(arguments, kDoctorDescription, kDoctorExamples, data_dir, environment, declare, common))
    return *code;
  const auto done = examine(mend, common);
  return done ? *done : failed("doctor", done.error());
}

}  // namespace tetrascope::commands
