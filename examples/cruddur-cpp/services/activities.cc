#include "services/activities.h"

#include <tetrascope/kit/tracing.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <map>
#include <random>
#include <string_view>
#include <thread>
#include <vector>

#include "services/errors.h"
#include "services/texts_and_times.h"

namespace kit = tetrascope::kit;

namespace activities {
namespace {

constexpr std::size_t kLongestMessage = 280;

const std::map<std::string, Hours> kTimesToLive = {
    {"30-days", Hours(30 * 24)}, {"7-days", Hours(7 * 24)}, {"3-days", Hours(3 * 24)}, {"1-day", Hours(24)},
    {"12-hours", Hours(12)},     {"3-hours", Hours(3)},     {"1-hour", Hours(1)},
};

Json activity(std::string uuid, std::string handle, std::string message, Hours age, Hours lives, int likes = 0,
              Json replies = Json::array()) {
  const std::size_t count = replies.size();
  return {{"uuid", std::move(uuid)},
          {"handle", std::move(handle)},
          {"message", std::move(message)},
          {"created_at", time_from_now(-age)},
          {"expires_at", time_from_now(lives)},
          {"likes_count", likes},
          {"replies_count", count},
          {"replies", std::move(replies)}};
}

const Json& all() {
  static const Json made = {
      activity("68f126b0-1ceb-4a33-88be-d90fa7109eee", "andrewbrown", "The cloud is only rented time, and I like it.",
               Hours(48), Hours(5 * 24), 5,
               Json::array({activity("26e12864-1c26-5c3a-9658-97a10f8fea67", "worf", "This message has no honor!",
                                     Hours(48), Hours(5 * 24))})),
      activity("66e12864-8c26-4c3a-9658-95a10f8fea67", "worf", "I am out of prune juice.", Hours(7 * 24),
               Hours(9 * 24)),
      activity("248959df-3079-4947-b847-9e0892d1bab4", "garak", "My dear doctor, I am just a simple tailor.", Hours(1),
               Hours(12)),
  };
  return made;
}

template <typename Test>
Json those(Test test) {
  Json found = Json::array();
  std::copy_if(all().begin(), all().end(), std::back_inserter(found), test);
  return found;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
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
  span->set_attribute("app.result_length", all().size());
  return all();
}

Json notifications() {
  auto span = tracer().start_active("notifications-mock-data");
  auto subsegment = tracer().start_active("slow-part");
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  Json found = those([](const Json& each) { return !each["replies"].empty(); });
  span->set_attribute("app.result_length", found.size());
  subsegment->set_attribute("found", found.size());
  return found;
}

Json search(const std::string& term) {
  if (blank(term)) throw Refused({"search_term_blank"});
  auto subsegment = tracer().start_active("search");
  // As long as it takes to read every message, letter by letter.
  std::this_thread::sleep_for(std::chrono::milliseconds(length(term) < 4 ? 400 : 10));
  Json found = those([&](const Json& each) {
    return lower(each["message"].get<std::string>()).find(lower(term)) != std::string::npos;
  });
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
    found = those([&](const Json& each) { return each["handle"] == handle; });
    subsegment->set_attribute("handle", handle);
    subsegment->set_attribute("results.now", time_from_now(Hours(0)));
    subsegment->set_attribute("results.size", found.size());
  }
  if (found.empty()) throw NotFound("nobody is called " + handle);
  return found;
}

Json show(const std::string& uuid) {
  Json found;
  {
    auto subsegment = tracer().start_active("mock-data");
    found = those([&](const Json& each) { return each["uuid"] == uuid; });
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
  return activity(new_uuid(), handle, message, Hours(0), lives->second);
}

Json reply(const std::string& uuid, const std::string& handle, const std::string& message) {
  check(handle, message);
  show(uuid);
  return activity(new_uuid(), handle, message, Hours(0), Hours(24));
}

std::string new_uuid() {
  static thread_local std::mt19937_64 random{std::random_device{}()};
  const auto a = static_cast<unsigned long long>((random() & ~0xF000ULL) | 0x4000ULL);
  const auto b = static_cast<unsigned long long>((random() & ~(3ULL << 62)) | (2ULL << 62));
  char out[40];
  std::snprintf(out, sizeof out, "%08llx-%04llx-%04llx-%04llx-%012llx", a >> 32, a >> 16 & 0xFFFF, a & 0xFFFF, b >> 48,
                b & 0xFFFFFFFFFFFF);
  return out;
}

}  // namespace activities
