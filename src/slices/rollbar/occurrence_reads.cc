#include "slices/rollbar/occurrence_reads.h"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>

#include "slices/rollbar/answers.h"
#include "slices/rollbar/occurrence_counts.h"
#include "slices/rollbar/occurrence_rows.h"
#include "slices/rollbar/plans.h"
#include "slices/rollbar/recent_uuids.h"

namespace tetrascope::rollbar {
namespace {

using plan::column;
using plan::field;
using plan::Function;
using plan::literal;

plan::ExprPtr of_project(std::int64_t project) {
  return plan::both(equals(column("protocol"), std::string(kProtocol)),
                    equals(int_attribute(attributes::kProject), project));
}

/// More items than this are counted with all others of their project.
constexpr std::size_t kMostNamedItems = 500;

plan::ExprPtr of_items(const std::vector<Item>& items) {
  if (items.empty() || items.size() > kMostNamedItems) return nullptr;
  Array ids;
  for (const Item& item : items) ids.emplace_back(item.id);
  return is_in(int_attribute(attributes::kItem), std::move(ids));
}

/// The documents of these instances, put where they belong.
Result<void> read_documents(const plan::Runner& runner, std::vector<Instance>& instances) {
  if (instances.empty()) return {};
  std::unordered_map<std::string, Instance*> by_key;
  Array keys;
  UnixNanos first = instances.front().time, last = first;
  for (Instance& instance : instances) {
    const std::string key = document_key(instance.project, instance.uuid);
    by_key[key] = &instance;
    keys.emplace_back(key);
    first = std::min(first, instance.time);
    last = std::max(last, instance.time);
  }
  plan::TableRead read;
  read.table = plan::Table::kDocuments;
  read.columns = {{"key", column("key")}, {"document", column("document")}};
  read.where = plan::both(equals(column("kind"), std::string(kDocumentKind)), is_in(column("key"), std::move(keys)));
  ASSIGN_OR_RETURN(auto answer, runner.run({{first, UnixNanos{last.value + 1}}, {read}, {}}));
  for (auto& row : answer.rows) {
    const auto found = by_key.find(std::string(text_cell(row[0])));
    if (found != by_key.end()) found->second->document = text_cell(row[1]);
  }
  return {};
}

/// Puts `address` where the document says `$remote_ip`: the rest of the text stays byte for byte.
std::string with_address(std::string document, std::string_view address) {
  constexpr std::string_view kName = "\"user_ip\"";
  for (auto at = document.find(kName); at != std::string::npos; at = document.find(kName, at + 1)) {
    auto value = document.find_first_not_of(" \t\r\n:", at + kName.size());
    for (const std::string_view special : {R"("$remote_ip")", R"("$remote_ip_anonymize")"}) {
      if (value == std::string::npos || document.compare(value, special.size(), special) != 0) continue;
      std::string json;
      append_json_string(address, json);
      document.replace(value, special.size(), json);
      break;
    }
  }
  return document;
}

}  // namespace

Result<std::vector<Instance>> read_instances(const plan::Runner& runner, const Project& project,
                                             const InstanceQuery& query) {
  plan::TableRead read;
  read.table = plan::Table::kOccurrences;
  read.columns = {{"id", int_attribute(attributes::kOccurrence)},
                  {"item", int_attribute(attributes::kItem)},
                  {"time", column("time")},
                  {"uuid", text_attribute(attributes::kUuid)},
                  {"address", text_attribute(attributes::kAddress)},
                  {"title", text_attribute("rollbar.title")}};
  read.where = of_project(project.id);
  const auto also = [&](plan::ExprPtr condition) { read.where = plan::both(read.where, std::move(condition)); };
  if (query.id) also(equals(int_attribute(attributes::kOccurrence), *query.id));
  if (query.item) also(equals(int_attribute(attributes::kItem), *query.item));
  if (!query.uuid.empty()) also(equals(text_attribute(attributes::kUuid), query.uuid));
  if (query.before > 0)
    also(plan::call(Function::kLt, {int_attribute(attributes::kOccurrence), literal(Value(query.before))}));
  const plan::Plan plan{
      all_time(), {std::move(read)}, {plan::Sort{{{field("id"), true}}}, plan::Limit{query.limit, query.offset, {}}}};
  ASSIGN_OR_RETURN(const auto answer, runner.run(plan));
  std::vector<Instance> instances;
  for (const auto& row : answer.rows) {
    instances.push_back({.id = int_cell(row[0]),
                         .project = project.id,
                         .item = int_cell(row[1]),
                         .time = UnixNanos{int_cell(row[2])},
                         .uuid = std::string(text_cell(row[3])),
                         .user_ip = std::string(text_cell(row[4])),
                         .title = std::string(text_cell(row[5])),
                         .document = ""});
  }
  RETURN_IF_ERROR(read_documents(runner, instances));
  return instances;
}

std::string instance_json(const Instance& instance) {
  std::string data = with_address(instance.document.empty() ? "{}" : instance.document, instance.user_ip);
  const auto end = data.rfind('}');
  data.resize(end == std::string::npos ? 0 : end);
  const auto last = data.find_last_not_of(" \t\r\n");
  data += last == std::string::npos || data[last] == '{' ? "" : ",";
  data += fmt::format(R"("metadata":{{"access_token":"","timestamp_ms":{}}}}})", instance.time.value / kNanosPerMilli);
  return fmt::format(R"({{"id":{},"project_id":{},"item_id":{},"timestamp":{},"version":2,"data":{},"billable":1}})",
                     instance.id, instance.project, instance.item, instance.time.value / kNanosPerSecond, data);
}

Result<CountsOfItems> count_occurrences(const plan::Runner& runner, const Project& project,
                                        const std::vector<Item>& items) {
  plan::TableRead read;
  read.table = plan::Table::kOccurrences;
  read.columns = {{"item", int_attribute(attributes::kItem)},
                  {"activation", int_attribute(attributes::kActivation)},
                  {"id", int_attribute(attributes::kOccurrence)},
                  {"address", text_attribute(attributes::kAddress)},
                  {"time", column("time")}};
  read.where = plan::both(of_project(project.id), of_items(items));
  plan::Aggregate aggregate;
  aggregate.keys = {{"item", field("item")}, {"activation", field("activation")}};
  aggregate.calls = {{"total", plan::AggregateOp::kCount, nullptr, nullptr},
                     {"addresses", plan::AggregateOp::kCountDistinct, field("address"), nullptr},
                     {"last_id", plan::AggregateOp::kMax, field("id"), nullptr},
                     {"last_time", plan::AggregateOp::kMax, field("time"), nullptr}};
  ASSIGN_OR_RETURN(const auto answer, runner.run({all_time(), {read}, {std::move(aggregate)}}));
  std::unordered_map<std::int64_t, std::int64_t> lives;
  for (const Item& item : items) lives[item.id] = item.activation;
  CountsOfItems counts;
  for (const auto& row : answer.rows) {
    const auto life = lives.find(int_cell(row[0]));
    if (life == lives.end()) continue;
    ItemCounts& item = counts[life->first];
    item.last_id = std::max(item.last_id, int_cell(row[4]));
    item.last_time = std::max(item.last_time, UnixNanos{int_cell(row[5])});
    if (int_cell(row[1]) != life->second) continue;
    item.total = int_cell(row[2]);
    item.unique_ips = int_cell(row[3]);
  }
  return counts;
}

Result<std::vector<std::string>> recent_document_keys(const plan::Runner& runner, UnixNanos until) {
  constexpr std::int64_t kWindow = 600 * kNanosPerSecond;
  plan::TableRead read;
  read.table = plan::Table::kDocuments;
  read.columns = {{"key", column("key")}, {"time", column("time")}};
  read.where = equals(column("kind"), std::string(kDocumentKind));
  QueryBounds bounds;
  bounds.result_rows = RecentUuids::kKept;
  ASSIGN_OR_RETURN(const auto answer,
                   runner.run({{UnixNanos{until.value - kWindow}, UnixNanos{until.value + kWindow}},
                               {read},
                               {plan::Sort{{{field("time"), true}}}, plan::Limit{RecentUuids::kKept / 2, 0, {}}}},
                              bounds));
  std::vector<std::string> keys;
  for (const auto& row : answer.rows) keys.emplace_back(text_cell(row[0]));
  return keys;
}

Result<std::vector<std::string>> versions_of_item(const plan::Runner& runner, std::int64_t item) {
  plan::TableRead read;
  read.table = plan::Table::kOccurrences;
  read.columns = {{"version", text_attribute(attributes::kVersion)}};
  read.where = equals(int_attribute(attributes::kItem), item);
  plan::Aggregate aggregate;
  aggregate.keys = {{"version", field("version")}};
  aggregate.calls = {{"count", plan::AggregateOp::kCount, nullptr, nullptr}};
  ASSIGN_OR_RETURN(const auto answer,
                   runner.run({all_time(), {read}, {std::move(aggregate), plan::Limit{kMaxVersions, 0, {}}}}));
  std::vector<std::string> versions;
  for (const auto& row : answer.rows) {
    if (!text_cell(row[0]).empty()) versions.emplace_back(text_cell(row[0]));
  }
  return versions;
}

}  // namespace tetrascope::rollbar
