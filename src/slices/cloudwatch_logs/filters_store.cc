#include "slices/cloudwatch_logs/filters_store.h"

#include <map>

#include "model/members.h"

namespace tetrascope::cloudwatch_logs {
namespace {

constexpr std::size_t kMostFilters = 100'000;

}  // namespace

Outcome<void> put_filter(Call& call, std::string_view space, const LogGroup& group, std::string_view name,
                         const Object& filter) {
  const Object stored{
      {"region", Value(call.identity.region)}, {"name", Value(std::string(name))}, {"filter", Value(filter)}};
  RETURN_IF_FAULT(call.middle().control.put(std::string(space), child_key(group, name), to_json(Value(stored))));
  return {};
}

Outcome<std::vector<Object>> list_filters(Call& call, std::string_view space, const LogGroup* group,
                                          std::string_view prefix) {
  std::multimap<std::string, Object> found;  // by name; equal names in the order of their groups
  if (group != nullptr && !group->is_stored()) return std::vector<Object>{};
  const std::string keys = group == nullptr ? std::string() : child_key(*group, prefix);
  ASSIGN_OR_FAULT(const auto documents, call.middle().control.list(space, keys, "", kMostFilters));
  for (const auto& document : documents) {
    auto value = value_from_json(document.json);
    const auto* object = value ? value->as<Object>() : nullptr;
    if (object == nullptr || object->size() != 3) continue;
    const std::string name(text_of(member(*object, "name")));
    const auto* filter = object->back().second.as<Object>();
    if (name.empty() || filter == nullptr || text_of(member(*object, "region")) != call.identity.region) continue;
    if (name.starts_with(prefix)) found.emplace(name, *filter);
  }
  std::vector<Object> filters;
  for (auto& [name, filter] : found) filters.push_back(std::move(filter));
  return filters;
}

Outcome<bool> remove_filter(Call& call, std::string_view space, const LogGroup& group, std::string_view name) {
  const std::string key = child_key(group, name);
  ASSIGN_OR_FAULT(const auto document, call.middle().control.get(space, key));
  if (!document) return false;
  RETURN_IF_FAULT(call.middle().control.remove(std::string(space), key));
  return true;
}

Outcome<std::size_t> count_metric_filters(Call& call, const LogGroup& group) {
  if (!group.is_stored()) return std::size_t{0};
  ASSIGN_OR_FAULT(const auto documents,
                  call.middle().control.list(kMetricFilters, child_key(group, ""), "", kMostFilters));
  return documents.size();
}

}  // namespace tetrascope::cloudwatch_logs
