#include "services/messages.h"

#include <map>
#include <vector>

#include "services/activities.h"
#include "services/errors.h"
#include "services/texts_and_times.h"

namespace messages {
namespace {

constexpr std::size_t kLongestMessage = 1024;

const std::map<std::string, std::string> kNames = {
    {"andrewbrown", "Andrew Brown"}, {"worf", "Worf"}, {"garak", "Garak"}};

struct Talk {
  std::string uuid;
  std::vector<std::string> texts;
};

const std::map<std::string, Talk> kTalks = {
    {"garak", {"5ea58851-5f0a-510a-a23f-22358fc404f2", {"Is it finished?", "The suit, you mean?"}}},
    {"worf", {"49cb1ed9-f8e9-5614-9237-810a5ffe05b9", {"Have you practised?", "Every day."}}}};

template <typename Value>
const Value& look_up(const std::map<std::string, Value>& where, const std::string& key) {
  const auto found = where.find(key);
  if (found == where.end()) throw KeyError(key);
  return found->second;
}

Json message(const std::string& handle, const std::string& text) {
  return {{"uuid", activities::new_uuid()},
          {"handle", handle},
          {"display_name", look_up(kNames, handle)},
          {"message", text},
          {"created_at", time_from_now(Hours(0))}};
}

}  // namespace

Json groups() {
  Json all = Json::array();
  for (const auto& [handle, talk] : kTalks) {
    all.push_back({{"uuid", talk.uuid}, {"handle", handle}, {"display_name", look_up(kNames, handle)}});
  }
  return all;
}

Json with_user(const std::string& handle) {
  // The example's bug: nobody thought of a handle that is not there. A KeyError, so 500, for all four vendors to see.
  const Talk& talk = look_up(kTalks, handle);
  Json all = Json::array();
  for (const std::string& text : talk.texts) all.push_back(message(all.size() % 2 == 0 ? handle : "andrewbrown", text));
  return all;
}

Json create(const std::string& handle, const std::string& text) {
  if (blank(text)) throw Refused({"message_blank"});
  if (length(text) > kLongestMessage) throw Refused({"message_exceed_max_chars"});
  if (kNames.count(handle) == 0) throw Refused({"user_receiver_handle_unknown"});
  return message("andrewbrown", text);
}

}  // namespace messages
