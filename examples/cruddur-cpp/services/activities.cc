#include "services/activities.h"

#include <tetrascope/kit/tracing.h>

#include <cctype>
#include <map>
#include <string_view>
#include <thread>
#include <vector>

#include "services/database.h"
#include "services/errors.h"
#include "services/texts_and_times.h"

namespace kit = tetrascope::kit;

namespace activities {
namespace {

constexpr std::size_t kLongestMessage = 280;

const std::map<std::string, const char*> kTimesToLive = {
    {"30-days", "30 days"},   {"7-days", "7 days"},   {"3-days", "3 days"}, {"1-day", "1 day"},
    {"12-hours", "12 hours"}, {"3-hours", "3 hours"}, {"1-hour", "1 hour"},
};

bool is_uuid(const std::string& text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
  }
  return true;
}

/// What INSERT … RETURNING gave: the new activity; none when nobody has that handle.
Json made(const Json& inserted) {
  if (inserted.empty()) throw Refused({"user_handle_unknown"});
  return inserted.front();
}

void check(const std::string& handle, const std::string& message) {
  std::vector<std::string> reasons;
  if (blank(handle)) reasons.emplace_back("user_handle_blank");
  if (blank(message)) {
    reasons.emplace_back("message_blank");
  } else if (length(message) > kLongestMessage) {
    reasons.emplace_back("message_exceed_max_chars");
  }
  if (!reasons.empty()) throw Refused(std::move(reasons));
}

// The provider that main.cc starts.
kit::Tracer& tracer() {
  static kit::Tracer one = kit::tracer("home.activities");
  return one;
}

}  // namespace

Json home() {
  auto span = tracer().start_active("home-activities-mock-data");
  span->set_attribute("app.now", time_from_now(Hours(0)));
  Json found = database().rows("SELECT to_json(feed) FROM feed ORDER BY created_at DESC LIMIT 100");
  span->set_attribute("app.result_length", found.size());
  return found;
}

Json notifications() {
  auto span = tracer().start_active("notifications-mock-data");
  auto subsegment = tracer().start_active("slow-part");
  Json found = database().rows(
      "SELECT to_json(feed) FROM feed, pg_sleep(0.7) WHERE replies_count > 0 ORDER BY created_at DESC LIMIT 100");
  span->set_attribute("app.result_length", found.size());
  subsegment->set_attribute("found", found.size());
  return found;
}

Json search(const std::string& term) {
  if (blank(term)) throw Refused({"search_term_blank"});
  auto subsegment = tracer().start_active("search");
  // As long as it takes to read every message, letter by letter.
  if (length(term) < 4) std::this_thread::sleep_for(std::chrono::milliseconds(400));
  Json found = database().rows(
      "SELECT to_json(feed) FROM feed WHERE position(lower($1) IN lower(message)) > 0 ORDER BY created_at DESC LIMIT "
      "100",
      {term});
  std::vector<std::string_view> uuids;
  for (const Json& each : found) uuids.emplace_back(each["uuid"].get_ref<const std::string&>());
  subsegment->set_attribute("term", term);
  subsegment->set_attribute("found", uuids);
  return found;
}

Json of_user(const std::string& handle) {
  Json found;
  {
    auto subsegment = tracer().start_active("mock-data");
    found = database().rows("SELECT to_json(feed) FROM feed WHERE handle = $1 ORDER BY created_at DESC LIMIT 100",
                            {handle});
    subsegment->set_attribute("handle", handle);
    subsegment->set_attribute("results.now", time_from_now(Hours(0)));
    subsegment->set_attribute("results.size", found.size());
  }
  if (found.empty()) throw NotFound("nobody is called " + handle);
  return found;
}

Json show(const std::string& uuid) {
  Json found = Json::array();
  {
    auto subsegment = tracer().start_active("mock-data");
    if (is_uuid(uuid)) found = database().rows("SELECT to_json(feed) FROM feed WHERE uuid = $1", {uuid});
    subsegment->set_attribute("activity_uuid", uuid);
    subsegment->set_attribute("results.found", !found.empty());
  }
  if (found.empty()) throw NotFound("there is no activity " + uuid);
  return found.front();
}

Json create(const std::string& handle, const std::string& message, const std::string& ttl) {
  check(handle, message);
  const auto lives = kTimesToLive.find(ttl);
  if (lives == kTimesToLive.end()) throw Refused({"ttl_blank"});
  return made(database().rows(
      "INSERT INTO activities (user_uuid, message, expires_at)"
      " SELECT uuid, $2, now() + $3::interval FROM users WHERE handle = $1"
      " RETURNING json_build_object('uuid', uuid, 'handle', $1::text, 'message', message, 'created_at', created_at,"
      " 'expires_at', expires_at, 'likes_count', likes_count, 'replies_count', 0, 'replies', '[]'::json)",
      {handle, message, lives->second}));
}

Json reply(const std::string& uuid, const std::string& handle, const std::string& message) {
  check(handle, message);
  show(uuid);
  return made(database().rows(
      "INSERT INTO activities (user_uuid, reply_to_uuid, message, expires_at)"
      " SELECT uuid, $2, $3, now() + interval '1 day' FROM users WHERE handle = $1"
      " RETURNING json_build_object('uuid', uuid, 'handle', $1::text, 'message', message, 'created_at', created_at,"
      " 'expires_at', expires_at, 'likes_count', likes_count, 'replies_count', 0, 'replies', '[]'::json)",
      {handle, uuid, message}));
}

}  // namespace activities
