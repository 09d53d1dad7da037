#include "slices/rollbar/item_json.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "model/members.h"
#include "slices/rollbar/epoch_seconds.h"
#include "slices/rollbar/letter_case.h"

namespace tetrascope::rollbar {
namespace {

UnixNanos nanos_of(const Value& json, std::string_view name) { return {integer_of(member(&json, name)).value_or(0)}; }

/// In the order of their numbers (4.11).
constexpr std::array<std::string_view, 33> kFrameworks = {
    "unknown", "rails", "django",    "pyramid",    "node-js",      "pylons", "php",     "browser-js", "rollbar-system",
    "android", "ios",   "mailgun",   "logentries", "python",       "ruby",   "sidekiq", "flask",      "celery",
    "rq",      "java",  "dotnet",    "go",         "react-native", "macos",  "apex",    "spring",     "bottle",
    "twisted", "asgi",  "starlette", "fastapi",    "karafka",      "flutter"};
constexpr std::array<std::string_view, 8> kPlatforms = {"unknown", "browser",           "flash", "android", "ios",
                                                        "heroku",  "google-app-engine", "client"};

/// The known name that `text` begins with, the longest one; "" for none.
std::string_view known_framework(std::string_view text) {
  const std::string lower = lower_case(text);
  if (lower.starts_with("javascript")) return "browser-js";
  std::string_view best;
  for (const std::string_view name : kFrameworks) {
    if (lower.starts_with(name) && name.size() > best.size() && name != "unknown") best = name;
  }
  return best;
}

}  // namespace

std::string stored_json(const Item& item) {
  return to_json(Object{{"id", item.id},
                        {"project", item.project},
                        {"counter", item.counter},
                        {"environment", item.environment},
                        {"hash", item.hash},
                        {"title", item.title},
                        {"level", item.level},
                        {"status", item.status},
                        {"platform", item.platform},
                        {"framework", item.framework},
                        {"language", item.language},
                        {"activation", item.activation},
                        {"first_occurrence", item.first_occurrence},
                        {"activating_occurrence", item.activating_occurrence},
                        {"created", item.created.value},
                        {"activated", item.activated.value},
                        {"resolved", item.resolved.value},
                        {"muted", item.muted.value},
                        {"activated_in_version", item.activated_in_version},
                        {"resolved_in_version", item.resolved_in_version},
                        {"versions_before", Array(item.versions_before.begin(), item.versions_before.end())},
                        {"assigned_user", item.assigned_user},
                        {"assigned_team", item.assigned_team},
                        {"title_lock", item.title_lock},
                        {"level_lock", item.level_lock},
                        {"snoozed_until", item.snoozed_until.value},
                        {"snooze_seconds", item.snooze_seconds},
                        {"otel_key", item.otel_key},
                        {"otel_is_log", item.otel_is_log}});
}

Item stored_item(const Value& json) {
  const auto text = [&](std::string_view name) { return std::string(text_of(member(&json, name))); };
  const auto number = [&](std::string_view name) { return integer_of(member(&json, name)).value_or(0); };
  Item item;
  item.id = number("id");
  item.project = number("project");
  item.counter = number("counter");
  item.environment = text("environment");
  item.hash = text("hash");
  item.title = text("title");
  item.level = text("level");
  item.status = text("status");
  item.platform = text("platform");
  item.framework = text("framework");
  item.language = text("language");
  item.activation = number("activation");
  item.first_occurrence = number("first_occurrence");
  item.activating_occurrence = number("activating_occurrence");
  item.created = nanos_of(json, "created");
  item.activated = nanos_of(json, "activated");
  item.resolved = nanos_of(json, "resolved");
  item.muted = nanos_of(json, "muted");
  item.activated_in_version = text("activated_in_version");
  item.resolved_in_version = text("resolved_in_version");
  if (const Value* before = member(&json, "versions_before"); before != nullptr && before->as<Array>() != nullptr) {
    for (const Value& version : *before->as<Array>()) item.versions_before.emplace_back(text_of(&version));
  }
  item.assigned_user = number("assigned_user");
  item.assigned_team = number("assigned_team");
  item.title_lock = flag_of(member(&json, "title_lock"));
  item.level_lock = flag_of(member(&json, "level_lock"));
  item.snoozed_until = nanos_of(json, "snoozed_until");
  item.snooze_seconds = number("snooze_seconds");
  item.otel_key = text("otel_key");
  item.otel_is_log = flag_of(member(&json, "otel_is_log"));
  return item;
}

Value item_json(const Item& item, const ItemCounts& counts, UnixNanos now) {
  const bool snoozed = item.snoozed_until > now;
  const bool known_platform = std::ranges::find(kPlatforms, item.platform) != kPlatforms.end();
  // An item whose first occurrence is still being stored has been seen once at its creation.
  const bool stored = counts.total > 0;
  return Object{{"id", item.id},
                {"project_id", item.project},
                {"counter", item.counter},
                {"environment", item.environment},
                {"platform", known_platform ? item.platform : std::string("unknown")},
                {"framework", framework_name(item.framework, item.language)},
                {"hash", item.hash},
                {"title", item.title},
                {"status", item.status},
                {"level", item.level},
                {"total_occurrences", counts.total},
                {"unique_occurrences", counts.unique_ips == 0 ? Value() : Value(counts.unique_ips)},
                {"first_occurrence_id", item.first_occurrence},
                {"first_occurrence_timestamp", seconds_or_null(item.created)},
                {"last_occurrence_id", stored ? counts.last_id : item.activating_occurrence},
                {"last_occurrence_timestamp", seconds_or_null(stored ? counts.last_time : item.activated)},
                {"activating_occurrence_id", item.activating_occurrence},
                {"last_activated_timestamp", seconds_or_null(item.activated)},
                {"last_resolved_timestamp", seconds_or_null(item.resolved)},
                {"last_muted_timestamp", seconds_or_null(item.muted)},
                {"resolved_in_version", or_null(item.resolved_in_version)},
                {"assigned_user_id", item.assigned_user == 0 ? Value() : Value(item.assigned_user)},
                {"assigned_team_id", item.assigned_team == 0 ? Value() : Value(item.assigned_team)},
                {"group_item_id", Value()},
                {"group_status", 1},
                {"level_lock", item.level_lock ? 1 : 0},
                {"title_lock", item.title_lock ? 1 : 0},
                {"controlling_id", item.id},
                {"public_item_id", Value()},
                {"last_modified_by", Value()},
                {"integrations_data", Value()},
                {"snooze_status", snoozed},
                {"snooze_expiration_threshold_seconds", snoozed ? Value(item.snooze_seconds) : Value()},
                {"snooze_expiration_datetime", snoozed ? seconds_or_null(item.snoozed_until) : Value()}};
}

std::int64_t level_number(std::string_view level) {
  constexpr std::array<std::string_view, 5> kLevels = {"debug", "info", "warning", "error", "critical"};
  const auto found = std::ranges::find(kLevels, level);
  return found == kLevels.end() ? 0 : 10 * (found - kLevels.begin() + 1);
}

std::string framework_name(std::string_view framework, std::string_view language) {
  if (const auto known = known_framework(framework); !known.empty()) return std::string(known);
  const auto known = known_framework(language);
  return known.empty() ? "unknown" : std::string(known);
}

std::int64_t framework_number(std::string_view name) {
  const auto found = std::ranges::find(kFrameworks, name);
  return found == kFrameworks.end() ? 0 : found - kFrameworks.begin();
}

}  // namespace tetrascope::rollbar
