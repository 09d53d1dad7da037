#include "slices/cloudwatch_logs/query_store.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/log.h"
#include "model/members.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using Status = StartedQuery::Status;

constexpr std::string_view kEndedQueries = "cloudwatch_logs.query";
constexpr std::size_t kPage = 100;

/// Keys sort by when queries began.
std::string query_key(const StartedQuery& query) { return fmt::format("{:020}/{}", query.created_ms, query.id); }

std::string document_of(const StartedQuery& query) {
  Array groups;
  for (const auto& group : query.groups) groups.emplace_back(group);
  return to_json(Value(Object{{"id", Value(query.id)},
                              {"region", Value(query.region)},
                              {"query", Value(query.shown_query)},
                              {"groups", Value(std::move(groups))},
                              {"created_ms", Value(query.created_ms)},
                              {"duration_ms", Value(query.duration_ms)},
                              {"status", Value(std::string(status_name(query.status)))},
                              {"matched", Value(query.outcome.matched)},
                              {"scanned", Value(query.outcome.scanned)},
                              {"bytes", Value(query.outcome.bytes)},
                              {"group_count", Value(query.outcome.groups)},
                              {"rows", Value(query.outcome.rows)}}));
}

std::optional<StartedQuery> query_of(const std::string& json) {
  auto value = value_from_json(json);
  auto* object = value ? std::get_if<Object>(&value->data) : nullptr;
  if (object == nullptr) return std::nullopt;
  StartedQuery query;
  query.id = text_of(member(*object, "id"));
  query.region = text_of(member(*object, "region"));
  query.shown_query = text_of(member(*object, "query"));
  query.created_ms = integer_of(member(*object, "created_ms")).value_or(0);
  query.duration_ms = integer_of(member(*object, "duration_ms")).value_or(0);
  query.outcome.matched = integer_of(member(*object, "matched")).value_or(0);
  query.outcome.scanned = integer_of(member(*object, "scanned")).value_or(0);
  query.outcome.bytes = integer_of(member(*object, "bytes")).value_or(0);
  query.outcome.groups = integer_of(member(*object, "group_count")).value_or(0);
  const std::string_view status = text_of(member(*object, "status"));
  query.status = status == status_name(Status::kComplete)  ? Status::kComplete
                 : status == status_name(Status::kTimeout) ? Status::kTimeout
                                                           : Status::kFailed;
  if (const Value* groups = member(*object, "groups"); groups != nullptr && groups->as<Array>() != nullptr) {
    for (const Value& group : *groups->as<Array>()) {
      if (const auto* name = group.as<std::string>()) query.groups.push_back(*name);
    }
  }
  for (auto& [name, member] : *object) {
    auto* rows = name == "rows" ? std::get_if<Array>(&member.data) : nullptr;
    if (rows != nullptr) query.outcome.rows = std::move(*rows);
  }
  if (query.id.empty() || query.groups.empty()) return std::nullopt;
  return query;
}

}  // namespace

std::size_t store_query(ControlStore& control, const StartedQuery& query) {
  // A quick look first: rows that cannot fit are not written out to learn it.
  if (query.outcome.rows.size() > kMaxStoredQuery / 32) return 0;
  const std::string document = document_of(query);
  if (document.size() > kMaxStoredQuery) return 0;
  if (const auto stored = control.put(std::string(kEndedQueries), query_key(query), document); !stored) {
    log_warning("a Logs Insights query is not kept over a restart: {}", stored.error().message);
    return 0;
  }
  return document.size();
}

void forget_query(ControlStore& control, const StartedQuery& query) {
  if (const auto removed = control.remove(std::string(kEndedQueries), query_key(query)); !removed)
    log_warning("an old Logs Insights query could not be removed: {}", removed.error().message);
}

std::vector<StoredQuery> load_queries(ControlStore& control) {
  std::vector<StoredQuery> queries;
  std::string after;
  while (true) {
    const auto page = control.list(kEndedQueries, "", after, kPage);
    if (!page) {
      log_warning("earlier Logs Insights queries could not be read: {}", page.error().message);
      return queries;
    }
    for (const auto& document : *page) {
      if (auto query = query_of(document.json)) queries.push_back({*std::move(query), document.json.size()});
    }
    if (page->size() < kPage) return queries;
    after = page->back().key;
  }
}

}  // namespace tetrascope::cloudwatch_logs
