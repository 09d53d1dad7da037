#include "slices/rollbar/item_filter.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "slices/rollbar/calls.h"
#include "slices/rollbar/item_json.h"
#include "slices/rollbar/letter_case.h"

namespace tetrascope::rollbar {
namespace {

bool allows(const std::set<std::string>& wanted, const std::string& value) {
  return wanted.empty() || wanted.contains(value);
}

template <std::size_t N>
Result<std::set<std::string>> words_of(const Request& request, std::string_view name,
                                       const std::array<std::string_view, N>& known) {
  std::set<std::string> values;
  for (auto& value : list_parameter(request, name)) {
    if (std::ranges::find(known, value) == known.end())
      return fail(ErrorCode::kMalformed, fmt::format("Invalid {}: '{}'.", name, value));
    values.insert(std::move(value));
  }
  return values;
}

/// One term: `#12`, `name:value`, or a word of the title. Quotes keep spaces together.
Result<void> read_term(std::string_view term, ItemFilter& out) {
  if (term.starts_with('#')) {
    ASSIGN_OR_RETURN(out.counter, whole_number(term.substr(1), "query"));
    return {};
  }
  const auto colon = term.find(':');
  const std::string_view name = colon == std::string_view::npos ? std::string_view() : term.substr(0, colon);
  const bool is_name = !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return std::islower(c) != 0 || c == '_' || c == '!';
  });
  if (!is_name) {
    out.words.push_back(lower_case(term));
    return {};
  }
  const std::string value(term.substr(colon + 1));
  if (name == "environment") {
    out.environments.insert(value);
  } else if (name == "level") {
    out.levels.insert(value);
  } else if (name == "status") {
    out.statuses.insert(value);
  } else if (name == "framework") {
    out.frameworks.insert(value);
  } else if (name == "title" || name == "exception_class" || name == "message_body") {
    out.words.push_back(lower_case(value));
  } else {
    return fail(ErrorCode::kUnimplemented, fmt::format("query: '{}:' is not available on this server yet.", name));
  }
  return {};
}

Result<void> read_query(std::string_view text, ItemFilter& out) {
  while (true) {
    const auto start = text.find_first_not_of(' ');
    if (start == std::string_view::npos) return {};
    text.remove_prefix(start);
    std::string term;
    bool quoted = false;
    std::size_t end = 0;
    for (; end < text.size() && (quoted || text[end] != ' '); ++end) {
      if (text[end] == '"')
        quoted = !quoted;
      else
        term += text[end];
    }
    text.remove_prefix(end);
    if (!term.empty()) RETURN_IF_ERROR(read_term(term, out));
  }
}

}  // namespace

bool ItemFilter::takes(const Item& item, UnixNanos now) const {
  if (!allows(environments, item.environment) || !allows(levels, item.level) || !allows(statuses, item.status))
    return false;
  if (!allows(frameworks, framework_name(item.framework, item.language))) return false;
  if (!ids.empty() && !ids.contains(item.id)) return false;
  if (counter && *counter != item.counter) return false;
  if (snoozed && *snoozed != (item.snoozed_until > now)) return false;
  if (assigned && *assigned != (item.assigned_user != 0 || item.assigned_team != 0)) return false;
  const std::string title = lower_case(item.title);
  return std::ranges::all_of(words, [&](const std::string& word) { return title.find(word) != std::string::npos; });
}

Result<ItemFilter> parse_item_filter(const Request& request) {
  constexpr std::array<std::string_view, 4> kFilterStatuses = {"active", "resolved", "muted", "archived"};
  constexpr std::array<std::string_view, 5> kLevels = {"critical", "error", "warning", "info", "debug"};
  ItemFilter filter;
  ASSIGN_OR_RETURN(filter.statuses, words_of(request, "status", kFilterStatuses));
  ASSIGN_OR_RETURN(filter.levels, words_of(request, "level", kLevels));
  for (auto& name : list_parameter(request, "environment")) filter.environments.insert(std::move(name));
  for (auto& name : list_parameter(request, "framework")) filter.frameworks.insert(std::move(name));
  for (const auto& id : list_parameter(request, "ids")) {
    ASSIGN_OR_RETURN(const std::int64_t number, whole_number(id, "ids"));
    filter.ids.insert(number);
  }
  if (const auto snoozed = request.query_value("is_snoozed"); snoozed && !snoozed->empty())
    filter.snoozed = *snoozed == "true" || *snoozed == "1";
  if (const auto user = request.query_value("assigned_user"); user && !user->empty()) {
    if (*user != "assigned" && *user != "unassigned")
      return fail(ErrorCode::kMalformed, fmt::format("Invalid assigned_user: there is no user '{}'.", *user));
    filter.assigned = *user == "assigned";
  }
  if (const auto query = request.query_value("query"); query) RETURN_IF_ERROR(read_query(*query, filter));
  return filter;
}

}  // namespace tetrascope::rollbar
