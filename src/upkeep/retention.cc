#include "upkeep/retention.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "base/log.h"
#include "query/plan.h"
#include "upkeep/row_removal.h"
#include "upkeep/store_parts.h"

namespace tetrascope::upkeep {
namespace {

UnixNanos before(UnixNanos now, std::chrono::seconds age) {
  return {now.value - std::chrono::duration_cast<std::chrono::nanoseconds>(age).count()};
}

/// Documents belong to spans (X-Ray segments) and to errors (Rollbar's items), so they stay as long as either.
KeepingRules::Age age_of(std::string_view table, const KeepingRules& rules) {
  if (table == "spans") return rules.traces;
  if (table == "logs") return rules.logs;
  if (table == "occurrences") return rules.errors;
  if (table == "metrics") return rules.metrics;
  if (!rules.traces || !rules.errors) return std::nullopt;
  return std::max(*rules.traces, *rules.errors);
}

/// In seconds since 1970, for people: the log has no calendar of its own.
std::string day_of(UnixNanos time) {
  const std::chrono::sys_days day = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::nanoseconds(time.value)));
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

Result<void> drop_before(Storage& engine, std::string_view table, UnixNanos oldest, DroppedRows& dropped) {
  ASSIGN_OR_RETURN(const auto parts, list_parts(engine, table));
  DroppedRows::Count sum;
  std::size_t count = 0;
  for (const StorePart& part : parts) {
    if (part.newest >= oldest) break;
    RETURN_IF_ERROR(drop_part(engine, part));
    ++count;
    sum.rows += part.rows;
    sum.bytes += part.bytes;
    dropped.add("retention", table, {part.rows, part.bytes});
  }
  if (count > 0)
    log_info("retention: {} rows of {} that came before {} are gone: {} parts, {} MB", sum.rows, table, day_of(oldest),
             count, sum.bytes / 1'000'000);
  return {};
}

std::vector<plan::Removal> of_dataset(const KeepingRules::Dataset& dataset, UnixNanos now) {
  std::vector<plan::Removal> removals;
  const plan::ExprPtr old =
      plan::call(plan::Function::kLt, {plan::column("received"), plan::time_literal(before(now, dataset.age))});
  for (const plan::Table table : plan::kTablesOfSignals) {
    const plan::ExprPtr here =
        plan::call(plan::Function::kEq, {plan::column("dataset"), plan::literal(Value(dataset.name))});
    removals.push_back({table, plan::both(here, old)});
  }
  return removals;
}

}  // namespace

Result<void> drop_expired_parts(const Surroundings& around, const KeepingRules& rules, DroppedRows& dropped,
                                UnixNanos now) {
  for (const std::string_view table : telemetry_tables()) {
    const KeepingRules::Age age = age_of(table, rules);
    if (!age) continue;
    const UnixNanos oldest = before(now, *age);
    // Looked at outside first: inserts are held up only when there is something to drop.
    ASSIGN_OR_RETURN(const auto parts, list_parts(around.engine, table));
    if (parts.empty() || parts.front().newest >= oldest) continue;
    RETURN_IF_ERROR(
        around.storage.between_inserts([&](Storage& engine) { return drop_before(engine, table, oldest, dropped); }));
  }
  return {};
}

Result<void> remove_expired_rows(const Surroundings& around, const KeepingRules& rules, DroppedRows& dropped,
                                 UnixNanos now, const std::function<bool()>& give_up) {
  const auto remove = [&](std::string_view cause, const std::vector<plan::Removal>& removals) -> Result<void> {
    ASSIGN_OR_RETURN(const auto removed, remove_rows(around, dropped, cause, removals, give_up));
    for (const RemovedRows& one : removed) {
      if (one.rows > 0) log_info("{}: {} rows of {} were past their time and are gone", cause, one.rows, one.name);
    }
    return {};
  };
  std::vector<plan::Removal> of_datasets;
  for (const auto& dataset : rules.datasets) {
    auto removals = of_dataset(dataset, now);
    of_datasets.insert(of_datasets.end(), removals.begin(), removals.end());
  }
  if (!of_datasets.empty()) RETURN_IF_ERROR(remove("retention", of_datasets));
  for (const auto& expired : around.expired) {
    ASSIGN_OR_RETURN(const auto removals, expired(now));
    if (!removals.empty()) RETURN_IF_ERROR(remove("vendor_retention", removals));
  }
  return {};
}

}  // namespace tetrascope::upkeep
