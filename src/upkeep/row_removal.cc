#include "upkeep/row_removal.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <thread>

#include "base/log.h"
#include "query/attribute_sql.h"

namespace tetrascope::upkeep {
namespace {

constexpr std::chrono::milliseconds kPause{50};
/// Conditions of one statement: a thousand parameters are the most that a server takes.
constexpr std::size_t kAtOnce = 100;

/// Removals of one table, cut into statements.
struct TableRemoval {
  plan::Table table;
  std::vector<plan::RemovalSql> statements;
};

Result<std::vector<TableRemoval>> write_all(const Surroundings& around, std::span<const plan::Removal> removals) {
  std::map<plan::Table, std::vector<plan::Removal>> by_table;
  for (const plan::Removal& one : removals) by_table[one.table].push_back(one);
  std::vector<TableRemoval> all;
  for (const auto& [table, of_table] : by_table) {
    TableRemoval& removal = all.emplace_back(table, std::vector<plan::RemovalSql>());
    for (std::size_t first = 0; first < of_table.size(); first += kAtOnce) {
      const auto some = std::span(of_table).subspan(first, std::min(kAtOnce, of_table.size() - first));
      ASSIGN_OR_RETURN(auto sql, plan::write_removal(some, around.layouts));
      removal.statements.push_back(std::move(sql));
    }
  }
  return all;
}

Result<std::uint64_t> count_matching(const Surroundings& around, const plan::RemovalSql& sql) {
  constexpr QueryBounds kCounting{.time = std::chrono::seconds(60)};
  ASSIGN_OR_RETURN(const Rows rows, around.storage.execute(sql.count, kCounting));
  const auto* number = rows.rows.empty() ? nullptr : rows.rows[0].at(0).as<std::int64_t>();
  return number == nullptr ? 0 : static_cast<std::uint64_t>(*number);
}

/// Waits for the engine's own list of what it has to rewrite to become empty.
Result<void> wait_for_mutations(const Surroundings& around, std::string_view table,
                                const std::function<bool()>& give_up) {
  const Statement question{
      "SELECT toInt64(count()), max(latest_fail_reason) FROM system.mutations WHERE NOT is_done"
      " AND NOT is_killed AND database = currentDatabase() AND table = {table:String}",
      {{"table", std::string(table)}}};
  while (true) {
    ASSIGN_OR_RETURN(const Rows rows, around.engine.execute(question, {.of_the_store = true}));
    const auto* waiting = rows.rows.at(0).at(0).as<std::int64_t>();
    if (waiting == nullptr || *waiting == 0) return {};
    if (const auto* why = rows.rows[0].at(1).as<std::string>(); why != nullptr && !why->empty()) {
      log_error("rows of {} cannot be removed: {}", table, *why);
      if (const auto left = around.engine.change_schema(
              fmt::format("KILL MUTATION WHERE NOT is_done AND database = currentDatabase() AND table = '{}'", table));
          !left)
        log_error("and the engine goes on trying: {}", left.error().message);
      return fail(ErrorCode::kInternal, "rows could not be removed: see the server's log");
    }
    if (give_up()) return fail(ErrorCode::kUnavailable, "the rows are still being removed; ask again later");
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace

std::string_view name_of(plan::Table table) { return plan::table_name(table); }

Result<std::vector<RemovedRows>> count_rows(const Surroundings& around, std::span<const plan::Removal> removals) {
  ASSIGN_OR_RETURN(const auto all, write_all(around, removals));
  std::vector<RemovedRows> found;
  for (const TableRemoval& removal : all) {
    RemovedRows& here = found.emplace_back(removal.table, std::string(name_of(removal.table)));
    for (const plan::RemovalSql& sql : removal.statements) {
      ASSIGN_OR_RETURN(const std::uint64_t rows, count_matching(around, sql));
      here.rows += rows;
    }
  }
  return found;
}

Result<std::vector<RemovedRows>> remove_rows(const Surroundings& around, DroppedRows& dropped, std::string_view cause,
                                             std::span<const plan::Removal> removals,
                                             const std::function<bool()>& give_up) {
  ASSIGN_OR_RETURN(const auto all, write_all(around, removals));
  std::vector<RemovedRows> removed;
  for (const TableRemoval& removal : all) {
    RemovedRows& here = removed.emplace_back(removal.table, std::string(name_of(removal.table)));
    for (const plan::RemovalSql& sql : removal.statements) {
      ASSIGN_OR_RETURN(const std::uint64_t rows, count_matching(around, sql));
      if (rows == 0) continue;
      RETURN_IF_ERROR(around.storage.change_rows(sql.remove));
      RETURN_IF_ERROR(wait_for_mutations(around, here.name, give_up));
      here.rows += rows;
      dropped.add(cause, here.name, {rows, 0});
    }
  }
  return removed;
}

}  // namespace tetrascope::upkeep
