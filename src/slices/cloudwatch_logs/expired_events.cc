#include "slices/cloudwatch_logs/expired_events.h"

#include <map>
#include <string>
#include <utility>

#include "slices/cloudwatch_logs/event_reads.h"
#include "slices/cloudwatch_logs/event_rows.h"
#include "slices/cloudwatch_logs/log_groups.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using F = plan::Function;

constexpr std::int64_t kDayInNanos = std::int64_t{86'400} * kNanosPerSecond;
/// A group's text is some 90 bytes, and a plan's literals have a bound; more groups are looked at without their
/// removed neighbours.
constexpr std::size_t kMostScopes = 20'000;

plan::ExprPtr column_in(const char* name, Array texts) {
  return plan::call(F::kIn, {plan::column(name), plan::literal(Value(std::move(texts)))});
}

plan::ExprPtr was_sent_here() {
  return plan::call(F::kEq, {plan::column("protocol"), plan::literal(Value(std::string(kProtocol)))});
}

}  // namespace

Result<std::vector<plan::Removal>> expired_events(ControlStore& control, UnixNanos now) {
  ASSIGN_OR_RETURN(const auto groups, all_stored_groups(control));
  Array living;
  std::map<std::int64_t, Array> of_days;  // groups by their retention
  std::vector<plan::Removal> removals;
  const auto add = [&](plan::ExprPtr where, plan::TimeRange range) {
    removals.push_back({plan::Table::kLogs, plan::both(was_sent_here(), std::move(where)), range});
  };
  for (const LogGroup& group : groups) {
    const std::string scope = scope_text(group);
    living.emplace_back(scope);
    if (group.retention_days > 0) of_days[group.retention_days].emplace_back(scope);
    if (group.deleted_streams.empty()) continue;
    Array ids;
    for (const std::int64_t id : group.deleted_streams) ids.emplace_back(std::to_string(id));
    const plan::ExprPtr stream = plan::attribute(plan::Level::kResource, std::string(kStreamId), plan::Type::kString);
    add(plan::both(column_in("scope", {Value(scope)}),
                   plan::call(F::kIn, {stream, plan::literal(Value(std::move(ids)))})),
        plan::kAllTime);
  }
  for (auto& [days, scopes] : of_days) {
    if (scopes.size() > kMostScopes) continue;
    add(column_in("scope", std::move(scopes)), {plan::kAllTime.from, {now.value - days * kDayInNanos}});
  }
  if (living.size() > kMostScopes) return removals;
  // A group that is made from here on has a later id, and its events come later too.
  const plan::ExprPtr came_before = plan::call(F::kLt, {plan::column("received"), plan::time_literal(now)});
  const plan::ExprPtr removed = living.empty() ? nullptr : plan::call(F::kNot, {column_in("scope", std::move(living))});
  add(plan::both(came_before, removed), plan::kAllTime);
  return removals;
}

}  // namespace tetrascope::cloudwatch_logs
