// tetrascope delete

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include <CLI/CLI.hpp>

#include "base/time.h"
#include "commands/command_line.h"
#include "model/members.h"

namespace tetrascope::commands {
namespace {

constexpr std::string_view kDeleteDescription =
    "Remove rows for ever. What is named is put together: --dataset web --before 7d is what is old in web.\n"
    "Settings (saved queries, log groups, sampling rules, projects) stay; only what clients sent goes.";
constexpr std::string_view kDeleteExamples =
    "  tetrascope delete --trace 5759e988bd862e3fe1be46a994272793 --dry-run\n"
    "  tetrascope delete --dataset staging --yes\n"
    "  tetrascope delete --log-group /aws/lambda/old --yes\n"
    "  tetrascope delete --before 2026-10-01 --yes        (events before that day, UTC)\n"
    "  tetrascope delete --before 30d --dry-run --json\n"
    "  tetrascope delete --everything --yes\n";

struct Deletion {
  std::string trace, dataset, log_group, before;
  bool everything = false, dry_run = false, yes = false;
};

Result<Object> request_of(const Deletion& wanted) {
  Object body;
  put_text(body, "trace", wanted.trace);
  put_text(body, "dataset", wanted.dataset);
  put_text(body, "log_group", wanted.log_group);
  if (wanted.everything) body.emplace_back("everything", Value(true));
  if (!wanted.before.empty()) {
    const auto before = parse_time(wanted.before, UnixNanos::now().value);
    if (!before) return fail(ErrorCode::kInvalid, "--before: " + before.error().message);
    body.emplace_back("before", Value(*before));
  }
  if (body.empty())
    return fail(ErrorCode::kInvalid,
                "say what: --trace ID, --dataset NAME, --log-group NAME, --before TIME, or --everything");
  return body;
}

/// `12 spans, 3 logs`.
std::string words_of(const Value& answer) {
  const Object* rows = object_of(member(answer, "rows"));
  std::string words;
  for (const auto& [table, count] : rows == nullptr ? Object() : *rows) {
    const auto* number = count.as<std::int64_t>();
    if (number != nullptr && *number > 0) words += fmt::format("{}{} {}", words.empty() ? "" : ", ", *number, table);
  }
  return words.empty() ? "nothing" : words;
}

bool agreed() {
  fmt::print("type yes to remove it: ");
  std::fflush(stdout);
  std::string line;
  return std::getline(std::cin, line) && line == "yes";
}

Result<int> remove(const Deletion& wanted, const Common& common) {
  ASSIGN_OR_RETURN(Object body, request_of(wanted));
  ASSIGN_OR_RETURN(ServerLink server, ServerLink::open(common.place));
  if (!wanted.yes || wanted.dry_run) {
    Object dry = body;
    dry.emplace_back("dry_run", Value(true));
    ASSIGN_OR_RETURN(const Value found, server.call("POST", "/admin/delete", dry));
    if (common.json && wanted.dry_run) fmt::print("{}\n", to_json(found));
    if (!common.json) fmt::print("{} would go: {}\n", server.address(), words_of(found));
    if (wanted.dry_run) return 0;
    if (common.json || ::isatty(STDIN_FILENO) == 0)
      return fail(ErrorCode::kInvalid,
                  "nothing was removed: say --yes to remove it, or --dry-run to see what would go");
    if (!agreed()) {
      fmt::print("nothing was removed\n");
      return 1;
    }
  }
  ASSIGN_OR_RETURN(const Value gone, server.call("POST", "/admin/delete", body));
  if (common.json)
    fmt::print("{}\n", to_json(gone));
  else
    fmt::print("gone: {}\n", words_of(gone));
  return 0;
}

}  // namespace

int run_delete(const std::vector<std::string>& arguments, const std::filesystem::path& data_dir,
               Environment environment) {
  Deletion wanted;
  Common common;
  const auto declare = [&](CLI::App& app) {
    app.add_option("--trace", wanted.trace, "a trace and its logs, errors and documents; hex, or X-Ray's 1-…-…")
        ->type_name("ID");
    app.add_option("--dataset", wanted.dataset, "what is in this Honeycomb dataset, in every environment")
        ->type_name("NAME");
    app.add_option("--log-group", wanted.log_group, "what CloudWatch Logs shows as this group")->type_name("NAME");
    app.add_option("--before", wanted.before, "what happened before: a time in UTC, or an age such as 7d")
        ->type_name("TIME");
    app.add_flag("--everything", wanted.everything, "all that clients sent");
    app.add_flag("--dry-run", wanted.dry_run, "only count");
    app.add_flag("--yes", wanted.yes, "do not ask");
  };
  if (const auto code = parse(arguments, kDeleteDescription, kDeleteExamples, data_dir, environment, declare, common))
    return *code;
  const auto done = remove(wanted, common);
  return done ? *done : failed("delete", done.error());
}

}  // namespace tetrascope::commands
