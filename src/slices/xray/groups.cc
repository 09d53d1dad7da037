#include "slices/xray/groups.h"

#include <algorithm>
#include <cctype>
#include <random>

#include "slices/xray/filter_match.h"
#include "slices/xray/tags.h"

namespace tetrascope::xray {
namespace {

constexpr std::string_view kGroupSpace = "xray.group";
constexpr std::string_view kDefaultGroup = "Default";
constexpr std::size_t kMostGroups = 1'000;

bool is_group_name(std::string_view name) {
  return std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
}

/// The part of an ARN that makes it unique, as AWS has it: letters and digits.
std::string unique_part() {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::random_device device;
  std::string out;
  for (int i = 0; i < 52; ++i) out += kLetters[device() % kLetters.size()];
  return out;
}

Value insights(bool enabled, bool notifications) {
  return Object{{"InsightsEnabled", Value(enabled)}, {"NotificationsEnabled", Value(notifications)}};
}

Value default_group(const Call& call) {
  return Object{{"GroupName", Value(std::string(kDefaultGroup))},
                {"GroupARN", Value(call.arn("group/Default"))},
                {"InsightsConfiguration", insights(false, false)}};
}

/// The group as stored; missing when there is none.
Outcomes<std::pair<Value, std::int64_t>> load_group(const Call& call, const std::string& name) {
  XRAY_ASK(const auto document, call.control().get(kGroupSpace, name));
  if (!document) {
    if (name == kDefaultGroup) return std::pair(default_group(call), ControlWrite::kAbsent);
    return std::pair(Value(), ControlWrite::kAbsent);
  }
  XRAY_ASK(Value group, value_from_json(document->json));
  return std::pair(std::move(group), document->version);
}

Outcomes<std::vector<Value>> all_groups(const Call& call) {
  XRAY_ASK(const auto documents, call.control().list(kGroupSpace, "", "", kMostGroups));
  std::vector<Value> groups;
  bool has_default = false;
  for (const auto& document : documents) {
    XRAY_ASK(Value group, value_from_json(document.json));
    has_default = has_default || document.key == kDefaultGroup;
    groups.push_back(std::move(group));
  }
  if (!has_default) groups.insert(groups.begin(), default_group(call));
  return groups;
}

/// The name that a call means by GroupName or GroupARN; "" for neither.
Outcomes<std::string> named_group(const Call& call) {
  XRAY_TRY(const auto name, text_member(call.body, "GroupName", 1, 32));
  XRAY_TRY(const auto arn, text_member(call.body, "GroupARN", 1, 400));
  if (name && arn) return invalid("Specify either GroupName or GroupARN, not both");
  if (name) return *name;
  if (!arn) return std::string();
  XRAY_TRY(const auto groups, all_groups(call));
  for (const Value& group : groups) {
    if (text_at(group, {"GroupARN"}) == *arn) return std::string(text_at(group, {"GroupName"}));
  }
  return invalid("Group not found: " + *arn);
}

/// The group that a call names, which must be there.
Outcomes<std::pair<Value, std::int64_t>> wanted_group(const Call& call) {
  XRAY_TRY(const std::string name, named_group(call));
  if (name.empty()) return invalid("Specify GroupName or GroupARN");
  XRAY_TRY(auto found, load_group(call, name));
  if (found.first.missing()) return invalid("Group not found: " + name);
  return found;
}

/// FilterExpression and InsightsConfiguration of the call, put over what the group has.
Outcomes<Value> changed_group(const Call& call, Value group) {
  auto& object = std::get<Object>(group.data);
  XRAY_TRY(const auto filter, text_member(call.body, "FilterExpression", 0, kMaxFilterBytes));
  if (filter) {
    XRAY_TRY(const auto parsed, read_filter(call, *filter));
    (void)parsed;
    set_member(object, "FilterExpression", Value(*filter));
  }
  if (const Value* wanted = member(call.body, "InsightsConfiguration")) {
    XRAY_TRY(const auto enabled, flag_member(*wanted, "InsightsEnabled"));
    XRAY_TRY(const auto notified, flag_member(*wanted, "NotificationsEnabled"));
    const bool on = enabled.value_or(flag_at(group, {"InsightsConfiguration", "InsightsEnabled"}));
    const bool notify = notified.value_or(on && flag_at(group, {"InsightsConfiguration", "NotificationsEnabled"}));
    if (notify && !on) return invalid("NotificationsEnabled needs InsightsEnabled");
    set_member(object, "InsightsConfiguration", insights(on, notify));
  }
  return group;
}

Value group_answer(Value group) { return Object{{"Group", std::move(group)}}; }

Outcomes<bool> store_group(const Call& call, const Value& group, std::int64_t expected) {
  const auto stored = call.control().put(std::string(kGroupSpace), std::string(text_at(group, {"GroupName"})),
                                         to_json(group), expected);
  if (stored) return true;
  if (stored.error().code == ErrorCode::kConflict) return invalid("The group was changed meanwhile; try again");
  return std::unexpected(failure_of(stored.error()));
}

}  // namespace

Outcomes<Value> create_group(Call& call) {
  XRAY_TRY(const std::string name, required_text(call.body, "GroupName", 1, 32));
  if (!is_group_name(name)) return invalid("GroupName: want letters, digits and dashes");
  if (name == kDefaultGroup) return invalid("Group already exists: Default");
  XRAY_TRY(const auto existing, load_group(call, name));
  if (!existing.first.missing()) return invalid("Group already exists: " + name);
  XRAY_TRY(const auto groups, all_groups(call));
  if (groups.size() >= kMostGroups) return invalid("Group limit exceeded");
  XRAY_TRY(const auto tags, tags_of_call(call));
  Value group =
      Object{{"GroupName", Value(name)}, {"GroupARN", Value(call.arn("group/" + name + "/" + unique_part()))}};
  XRAY_TRY(group, changed_group(call, std::move(group)));
  if (member(group, "InsightsConfiguration") == nullptr)
    set_member(std::get<Object>(group.data), "InsightsConfiguration", insights(false, false));
  XRAY_TRY(const bool stored, store_group(call, group, ControlWrite::kAbsent));
  (void)stored;
  XRAY_TRY(const bool tagged, store_tags(call, std::string(text_at(group, {"GroupARN"})), tags));
  (void)tagged;
  return group_answer(std::move(group));
}

Outcomes<Value> get_group(Call& call) {
  XRAY_TRY(auto group, wanted_group(call));
  return group_answer(std::move(group.first));
}

Outcomes<Value> get_groups(Call& call) {
  XRAY_TRY(auto groups, all_groups(call));
  return Value(Object{{"Groups", Value(Array(groups.begin(), groups.end()))}});
}

Outcomes<Value> update_group(Call& call) {
  XRAY_TRY(auto group, wanted_group(call));
  if (text_at(group.first, {"GroupName"}) == kDefaultGroup && member(call.body, "FilterExpression") != nullptr)
    return invalid("The filter expression of the group Default cannot be changed");
  XRAY_TRY(Value next, changed_group(call, std::move(group.first)));
  XRAY_TRY(const bool stored, store_group(call, next, group.second));
  (void)stored;
  return group_answer(std::move(next));
}

Outcomes<Value> delete_group(Call& call) {
  XRAY_TRY(const auto group, wanted_group(call));
  const std::string name(text_at(group.first, {"GroupName"}));
  if (name == kDefaultGroup) return invalid("The group Default cannot be deleted");
  XRAY_ASK(const auto removed, call.control().remove(std::string(kGroupSpace), name));
  (void)removed;
  XRAY_TRY(const bool untagged, remove_tags(call, std::string(text_at(group.first, {"GroupARN"}))));
  (void)untagged;
  return Value(Object{});
}

Outcomes<FilterPtr> read_filter(const Call& call, const std::string& text) {
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) return FilterPtr{};
  auto parsed = parse_filter(text);
  if (!parsed) return invalid(parsed.error());
  const auto groups = all_groups(call);
  if (!groups) return std::unexpected(groups.error());
  const auto lookup = [&](const GroupTerm& term) -> std::optional<std::string> {
    for (const Value& group : *groups) {
      if (text_at(group, {term.by_arn ? "GroupARN" : "GroupName"}) == term.text)
        return std::string(text_at(group, {"FilterExpression"}));
    }
    return std::nullopt;
  };
  auto whole = with_groups(*std::move(parsed), lookup);
  if (!whole) return invalid(whole.error());
  return *std::move(whole);
}

Outcomes<FilterPtr> group_filter(const Call& call) {
  XRAY_TRY(const std::string name, named_group(call));
  if (name.empty()) return FilterPtr{};
  XRAY_TRY(const auto group, load_group(call, name));
  if (group.first.missing()) return invalid("Group not found: " + name);
  return read_filter(call, std::string(text_at(group.first, {"FilterExpression"})));
}

Outcomes<bool> is_group_arn(const Call& call, const std::string& arn) {
  XRAY_TRY(const auto groups, all_groups(call));
  return std::ranges::any_of(groups, [&](const Value& group) { return text_at(group, {"GroupARN"}) == arn; });
}

}  // namespace tetrascope::xray
