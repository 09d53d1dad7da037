#include "slices/rollbar/item_change.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/members.h"
#include "slices/rollbar/answers.h"

namespace tetrascope::rollbar {
namespace {

constexpr std::size_t kMaxTitle = 255;
constexpr std::size_t kMaxVersion = 40;

template <std::size_t N>
Result<std::string> word(const Value& value, std::string_view name, const std::array<std::string_view, N>& known) {
  const std::string_view text = text_of(&value);
  if (std::ranges::find(known, text) == known.end())
    return invalid_format(fmt::format("{} should be one of {}.", name, fmt::join(known, ", ")));
  return std::string(text);
}

Result<std::int64_t> id_or_nobody(const Value& value, std::string_view name) {
  if (value.missing()) return 0;
  const auto number = integer_of(&value);
  if (!number || *number <= 0) return invalid_format(fmt::format("{} should be integer or null.", name));
  return *number;
}

Result<void> read_member(const std::string& name, const Value& value, ItemChange& out) {
  constexpr std::array<std::string_view, 3> kSettable = {"active", "resolved", "muted"};
  constexpr std::array<std::string_view, 5> kLevels = {"critical", "error", "warning", "info", "debug"};
  if (name == "status") {
    ASSIGN_OR_RETURN(out.status, word(value, name, kSettable));
  } else if (name == "level") {
    ASSIGN_OR_RETURN(out.level, word(value, name, kLevels));
  } else if (name == "title") {
    const std::string_view title = text_of(&value);
    if (title.empty() || title.size() > kMaxTitle)
      return invalid_format("title should be string of 1 to 255 characters.");
    out.title = title;
  } else if (name == "resolved_in_version") {
    out.resolved_in_version = scalar_text(&value);
    if (out.resolved_in_version.size() > kMaxVersion)
      return invalid_format("resolved_in_version should have at most 40 characters.");
  } else if (name == "assigned_user_id") {
    ASSIGN_OR_RETURN(out.assigned_user, id_or_nobody(value, name));
  } else if (name == "assigned_team_id" || name == "team_id") {
    ASSIGN_OR_RETURN(out.assigned_team, id_or_nobody(value, name));
  } else if (name == "snooze_enabled" || name == "snoozed") {
    if (value.as<bool>() == nullptr) return invalid_format(fmt::format("{} should be boolean.", name));
    out.snooze = flag_of(&value);
  } else if (name == "snooze_expiration_in_seconds") {
    const auto seconds = integer_of(&value);
    if (!seconds || *seconds <= 0 || *seconds > 366L * 86'400)
      return invalid_format("snooze_expiration_in_seconds should be a positive integer.");
    out.snooze_seconds = *seconds;
  } else {
    return {};  // members that the vendor does not know are not refused, nor repeated
  }
  out.echo.emplace_back(name, value);
  return {};
}

}  // namespace

Result<ItemChange> read_item_change(const Value& fields) {
  ItemChange change;
  const Object* object = fields.as<Object>();
  if (object == nullptr) return invalid_format("the body should be object.");
  for (const auto& [name, value] : *object) RETURN_IF_ERROR(read_member(name, value, change));
  if (change.echo.empty()) return invalid_format("there is nothing to change.");
  return change;
}

Result<void> apply(const ItemChange& change, UnixNanos now, Item& item) {
  if (change.status && *change.status != item.status) {
    item.status = *change.status;
    if (item.status == "resolved") item.resolved = now;
    if (item.status == "muted") item.muted = now;
  }
  if (item.status == "resolved" && (change.status || !change.resolved_in_version.empty())) {
    item.resolved_in_version = change.resolved_in_version;
    item.versions_before = change.versions_before;
  } else if (item.status != "resolved") {
    item.resolved_in_version.clear();
    item.versions_before.clear();
  }
  if (change.title) {
    item.title = *change.title;
    item.title_lock = true;
  }
  if (change.level) {
    item.level = *change.level;
    item.level_lock = true;
  }
  if (change.assigned_user) {
    item.assigned_user = *change.assigned_user;
    if (item.assigned_user != 0) item.assigned_team = 0;
  }
  if (change.assigned_team) {
    item.assigned_team = *change.assigned_team;
    if (item.assigned_team != 0) item.assigned_user = 0;
  }
  if (change.snooze) {
    item.snooze_seconds = *change.snooze ? change.snooze_seconds : 0;
    item.snoozed_until = {*change.snooze ? now.value + change.snooze_seconds * kNanosPerSecond : 0};
  }
  return {};
}

}  // namespace tetrascope::rollbar
