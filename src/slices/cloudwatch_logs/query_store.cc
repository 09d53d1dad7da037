#include "slices/cloudwatch_logs/query_store.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/log.h"

namespace tetrascope::cloudwatch_logs {
namespace {

constexpr std::string_view kSpace = "cloudwatch_logs.query";
constexpr std::size_t kPage = 100;

/// Keys sort by when queries began.
std::string key_of(const StartedQuery& query) { return fmt::format("{:020}/{}", query.created_ms, query.id); }

const Value* member_of(const Object& object, std::string_view name) {
  const auto found = std::ranges::find(object, name, &Object::value_type::first);
  return found == object.end() ? nullptr : &found->second;
}
std::string text_of(const Object& object, std::string_view name) {
  const Value* value = member_of(object, name);
  const auto* text = value == nullptr ? nullptr : value->as<std::string>();
  return text == nullptr ? std::string() : *text;
}
std::int64_t number_of(const Object& object, std::string_view name) {
  const Value* value = member_of(object, name);
  const auto* number = value == nullptr ? nullptr : value->as<std::int64_t>();
  return number == nullptr ? 0 : *number;
}

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
  query.id = text_of(*object, "id");
  query.region = text_of(*object, "region");
  query.shown_query = text_of(*object, "query");
  query.created_ms = number_of(*object, "created_ms");
  query.duration_ms = number_of(*object, "duration_ms");
  query.outcome.matched = number_of(*object, "matched");
  query.outcome.scanned = number_of(*object, "scanned");
  query.outcome.bytes = number_of(*object, "bytes");
  query.outcome.groups = number_of(*object, "group_count");
  using Status = StartedQuery::Status;
  const std::string status = text_of(*object, "status");
  query.status = status == status_name(Status::kComplete)  ? Status::kComplete
                 : status == status_name(Status::kTimeout) ? Status::kTimeout
                                                           : Status::kFailed;
  if (const Value* groups = member_of(*object, "groups"); groups != nullptr && groups->as<Array>() != nullptr) {
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
  if (const auto stored = control.put(std::string(kSpace), key_of(query), document); !stored) {
    log_warning("a Logs Insights query is not kept over a restart: {}", stored.error().message);
    return 0;
  }
  return document.size();
}

void forget_query(ControlStore& control, const StartedQuery& query) {
  if (const auto removed = control.remove(std::string(kSpace), key_of(query)); !removed)
    log_warning("an old Logs Insights query could not be removed: {}", removed.error().message);
}

std::vector<StoredQuery> load_queries(ControlStore& control) {
  std::vector<StoredQuery> queries;
  std::string after;
  while (true) {
    const auto page = control.list(kSpace, "", after, kPage);
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
