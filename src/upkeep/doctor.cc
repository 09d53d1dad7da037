#include "upkeep/doctor.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <system_error>

#include "model/members.h"
#include "model/schema.h"
#include "upkeep/doctor_derived.h"
#include "upkeep/doctor_report.h"
#include "upkeep/snapshot.h"
#include "upkeep/store_parts.h"

namespace tetrascope::upkeep {
namespace {

namespace fs = std::filesystem;

/// Reading all parts of a table takes as long as its bytes do.
constexpr QueryBounds kReadAll{.time = std::chrono::hours(6), .result_rows = 1'000'000, .of_the_store = true};
constexpr std::size_t kMostLines = 20;

std::string cell_text(const std::vector<Value>& row, std::size_t column) {
  const auto* text = row.size() > column ? row[column].as<std::string>() : nullptr;
  return text == nullptr ? std::string() : *text;
}
std::int64_t cell_number(const std::vector<Value>& row, std::size_t column) {
  if (row.size() <= column) return 0;
  if (const auto* flag = row[column].as<bool>()) return *flag ? 1 : 0;
  const auto* number = row[column].as<std::int64_t>();
  return number == nullptr ? 0 : *number;
}

Result<DoctorReport> check_control_state(const Surroundings& around, bool /*mend*/) {
  DoctorReport report;
  report.looked_at = "the small state: keys, groups, items, saved queries";
  ASSIGN_OR_RETURN(auto broken, around.control.check(kMostLines));
  for (std::string& line : broken) report.found.push_back("control.sqlite: " + line + "; restore it from a backup");
  return report;
}

Result<DoctorReport> check_journal(const Surroundings& around, bool /*mend*/) {
  DoctorReport report;
  const Storage::Backlog backlog = around.storage.backlog();
  report.looked_at = fmt::format("{} bytes on their way to the tables", backlog.bytes);
  if (backlog.failing) report.found.emplace_back("the engine takes no rows just now: the server's log says why");
  std::error_code error;
  std::uint64_t files = 0, bytes = 0;
  const fs::path refused = around.data_dir / "journal" / "refused";
  for (const auto& entry : fs::directory_iterator(refused, error)) {
    ++files;
    bytes += entry.file_size(error);
  }
  if (files > 0)
    report.found.push_back(
        fmt::format("{} files with {} bytes of rows that the engine never took are in {}: a newer "
                    "version may take them; remove them when they are of no use",
                    files, bytes, refused.string()));
  return report;
}

/// Reads every part of one table and compares it with its checksums; what fails is set aside when it is to be mended,
/// so that the rest serves.
Result<DoctorReport> check_parts(const Surroundings& around, const std::string& table, bool mend) {
  DoctorReport report;
  ASSIGN_OR_RETURN(
      const Rows parts,
      around.storage.execute({fmt::format("CHECK TABLE {} SETTINGS check_query_single_value_result = 0", table), {}},
                             kReadAll));
  for (const auto& part : parts.rows) {
    if (cell_number(part, 1) != 0) continue;
    const std::string name = fs::path(cell_text(part, 0)).filename().string();
    const std::string what = fmt::format("{}: part {} is damaged ({})", table, name, cell_text(part, 2));
    if (!mend || name.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz_-") != std::string::npos) {
      report.found.push_back(what + "; --mend sets it aside");
      continue;
    }
    RETURN_IF_ERROR(around.storage.between_inserts([&](Storage& engine) {
      return engine.change_schema(fmt::format("ALTER TABLE {} DETACH PART '{}'", table, name));
    }));
    report.mended.push_back(what + "; it is set aside, and its rows are gone until they come from a backup");
  }
  ASSIGN_OR_RETURN(const Rows counted,
                   around.storage.execute({fmt::format("SELECT toInt64(count()) FROM {}", table), {}}, kReadAll));
  const std::int64_t rows = counted.rows.empty() ? 0 : cell_number(counted.rows[0], 0);
  report.looked_at = fmt::format("{} parts, {} rows", parts.rows.size(), rows);
  ASSIGN_OR_RETURN(const Rows aside,
                   around.storage.execute({"SELECT name, reason FROM system.detached_parts WHERE database ="
                                           " currentDatabase() AND table = {table:String} ORDER BY name LIMIT 20",
                                           {{"table", table}}},
                                          kReadAll));
  for (const auto& part : aside.rows) {
    const std::string line = fmt::format("{}: part {} is set aside{}", table, cell_text(part, 0),
                                         cell_text(part, 1).empty() ? "" : " (" + cell_text(part, 1) + ")");
    const bool known = std::ranges::any_of(
        report.mended, [&](const std::string& one) { return one.find(cell_text(part, 0)) != std::string::npos; });
    if (!known) report.found.push_back(line + ": its rows are missing; restore them from a backup");
  }
  return report;
}

/// Deletions that the engine does not get done.
Result<DoctorReport> check_mutations(const Surroundings& around, bool /*mend*/) {
  DoctorReport report;
  ASSIGN_OR_RETURN(const Rows rows, around.storage.execute(
                                        {"SELECT table, latest_fail_reason FROM system.mutations WHERE NOT is_done AND"
                                         " database = currentDatabase()",
                                         {}},
                                        kReadAll));
  report.looked_at = fmt::format("{} deletions that go on", rows.rows.size());
  for (const auto& row : rows.rows) {
    if (!cell_text(row, 1).empty())
      report.found.push_back(fmt::format("{}: rows cannot be removed: {}", cell_text(row, 0), cell_text(row, 1)));
  }
  return report;
}

bool is_older_than_a_day(const fs::path& path) {
  std::error_code error;
  const auto written = fs::last_write_time(path, error);
  return !error && fs::file_time_type::clock::now() - written > std::chrono::hours(24);
}

/// What commands that were cut short have left behind.
Result<DoctorReport> check_leftovers(const Surroundings& around, bool mend) {
  DoctorReport report;
  report.looked_at = "what commands that were cut short may have left";
  ASSIGN_OR_RETURN(const auto snapshots, left_snapshots(around));
  for (const std::string& name : snapshots) {
    if (!is_older_than_a_day(around.data_dir / "store" / "shadow" / name)) continue;  // perhaps one goes on
    const std::string what = fmt::format("a backup of long ago holds old parts: {}", name);
    if (mend) {
      RETURN_IF_ERROR(drop_snapshot(around, name));
      report.mended.push_back(what);
    } else {
      report.found.push_back(what + "; --mend lets them go");
    }
  }
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(around.data_dir / "restore", error)) {
    report.found.push_back(
        fmt::format("a restore of {} was begun and not finished: give the same command again, or "
                    "remove {}",
                    entry.path().filename().string(), entry.path().string()));
  }
  return report;
}

/// A check that reads rows stops where a part is damaged.
DoctorReport unreadable() {
  DoctorReport report;
  report.looked_at = "nothing: rows could not be read";
  report.found.emplace_back("it could not be looked at: mend what is damaged first; the server's log has the reason");
  return report;
}

struct Check {
  std::string name;
  std::function<Result<DoctorReport>(const Surroundings&, bool)> run;
};

const std::vector<Check>& all_checks() {
  static const std::vector<Check> kChecks = [] {
    std::vector<Check> checks = {{"control", check_control_state},
                                 {"journal", check_journal},
                                 {"mutations", check_mutations},
                                 {"leftovers", check_leftovers}};
    for (const TableSchema& table : all_tables()) {
      checks.push_back({"parts/" + table.name, [name = table.name](const Surroundings& around, bool mend) {
                          return check_parts(around, name, mend);
                        }});
    }
    checks.push_back({"fields", check_field_catalogue});
    checks.push_back({"errors", [](const Surroundings& around, bool) { return check_errors_of_spans(around); }});
    checks.push_back({"documents", [](const Surroundings& around, bool) { return check_segment_documents(around); }});
    return checks;
  }();
  return kChecks;
}

Value lines_json(const std::vector<std::string>& lines) {
  Array array;
  for (const std::string& line : lines) array.emplace_back(line);
  return array;
}

}  // namespace

std::vector<std::string> doctor_checks() {
  std::vector<std::string> names;
  for (const Check& check : all_checks()) names.push_back(check.name);
  return names;
}

Result<std::string> run_doctor_check(const Surroundings& around, std::string_view body) {
  const auto json = value_from_json(body);
  if (!json || json->as<Object>() == nullptr) return fail(ErrorCode::kMalformed, "the body is no JSON object");
  const std::string_view name = text_of(member(*json, "check"));
  const auto found = std::ranges::find(all_checks(), name, &Check::name);
  if (found == all_checks().end())
    return fail(ErrorCode::kInvalid, fmt::format("check: want one of {}", fmt::join(doctor_checks(), ", ")));
  auto done = found->run(around, flag_of(member(*json, "mend")));
  if (!done && done.error().code != ErrorCode::kInternal) return std::unexpected(done.error());
  const DoctorReport report = done ? *std::move(done) : unreadable();
  return to_json(Value(Object{{"check", Value(std::string(name))},
                              {"looked_at", Value(report.looked_at)},
                              {"found", lines_json(report.found)},
                              {"mended", lines_json(report.mended)}})) +
         "\n";
}

}  // namespace tetrascope::upkeep
