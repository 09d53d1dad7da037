#include "slices/cloudwatch_logs/query_sources.h"

#include <fmt/format.h>

#include <algorithm>

#include "slices/cloudwatch_logs/event_reads.h"
#include "slices/cloudwatch_logs/limits.h"
#include "slices/cloudwatch_logs/log_groups.h"

namespace tetrascope::cloudwatch_logs {
namespace {

constexpr std::size_t kMostQueriedGroups = 50;
constexpr std::size_t kMostSourceGroups = 500;  // each is a condition of the question

/// Names of the groups that `SOURCE logGroups(…)` is of.
Outcome<std::vector<std::string>> named_by_property(Call& call, const QuerySource& source) {
  std::vector<std::string> names;
  const auto is_listed = [](const std::vector<std::string>& list, std::string_view value) {
    return list.empty() || std::ranges::find(list, value) != list.end();
  };
  if (!is_listed(source.accounts, call.identity.account)) return names;
  ASSIGN_OR_FAULT(const auto services, service_groups(call));
  for (const std::string& prefix : source.prefixes.empty() ? std::vector<std::string>{""} : source.prefixes) {
    ASSIGN_OR_FAULT(const auto groups, list_stored_groups(call, prefix, "", kMostSourceGroups + 1));
    for (const LogGroup& group : groups) {
      if (is_listed(source.classes, group.log_class)) names.push_back(group.name);
    }
    for (const ServiceGroup& service : services) {
      if (service.name.starts_with(prefix) && is_listed(source.classes, LogGroup().log_class))
        names.push_back(service.name);
    }
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

}  // namespace

std::string service_text(std::string_view message, std::string_view code) {
  return fmt::format("{} (Service: AWSLogs; Status Code: 400; Error Code: {}; Request ID: {}; Proxy: null)", message,
                     code, aws::new_request_id());
}

Outcome<std::vector<std::string>> group_names(Call& call, const std::optional<QuerySource>& source) {
  Parameters& in = call.parameters;
  const auto name = in.text("logGroupName", {.min = 1, .max = kMaxName, .pattern = kGroupLetters});
  const auto names =
      in.texts("logGroupNames", {.max = kMostQueriedGroups}, {.min = 1, .max = kMaxName, .pattern = kGroupLetters});
  const auto identifiers = in.texts("logGroupIdentifiers", {.max = kMostQueriedGroups},
                                    {.min = 1, .max = kMaxIdentifier, .pattern = kIdentifierLetters, .shown = false});
  RETURN_IF_FAULT(in.verdict());
  if (source && (name || !names.empty() || !identifiers.empty()))
    return aws::refuse(std::string(kInvalidParameter),
                       "Log groups must be given either by the query's SOURCE or by a parameter of the request.");
  if (source) return source->names;
  if (static_cast<int>(name.has_value()) + static_cast<int>(!names.empty()) + static_cast<int>(!identifiers.empty()) !=
      1)
    return aws::refuse(std::string(kInvalidParameter),
                       "Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be given.");
  std::vector<std::string> all = name ? std::vector{*name} : names;
  for (const auto& identifier : identifiers) all.push_back(group_name_of(call, identifier));
  return all;
}

Outcome<std::vector<std::string>> source_groups(Call& call, const QuerySource& source, std::string_view text) {
  if (!source.by_property) return source.names;
  ASSIGN_OR_FAULT(auto names, named_by_property(call, source));
  if (names.empty())
    return aws::refuse(std::string(kNotFound),
                       fmt::format("No log group matches {}", text.substr(source.begin, source.end - source.begin)));
  return names;
}

Outcome<plan::ExprPtr> condition_of(Call& call, const std::vector<std::string>& names) {
  if (names.size() > kMostSourceGroups)
    return aws::refuse(
        std::string(kLimitExceeded),
        fmt::format("The SOURCE of the query has {} log groups, more than {}.", names.size(), kMostSourceGroups));
  plan::ExprPtr condition;
  for (const std::string& name : names) {
    auto group = require_group(call, name);
    if (!group && group.error().type == kNotFound)
      return aws::refuse(
          std::string(kNotFound),
          service_text(fmt::format("Log group '{}' does not exist for account ID '{}'", name, call.identity.account),
                       kNotFound));
    RETURN_IF_FAULT(group);
    ASSIGN_OR_FAULT(plan::ExprPtr one, group_condition(call, *group));
    condition = condition ? plan::call(plan::Function::kOr, {std::move(condition), std::move(one)}) : std::move(one);
  }
  return condition;
}

QuerySeconds seconds_of(const QuerySource& source, QuerySeconds asked, std::int64_t now_ms) {
  const auto seconds = [&](const std::optional<QuerySource::Time>& time, std::int64_t otherwise) {
    if (!time) return otherwise;
    return (time->relative ? now_ms - time->millis : time->millis) / 1'000;
  };
  const std::int64_t first = seconds(source.start, asked.first);
  return {first, std::max(first, seconds(source.end_time, asked.last))};
}

}  // namespace tetrascope::cloudwatch_logs
