#include "services/messages.h"

#include <map>

#include "services/database.h"
#include "services/errors.h"
#include "services/texts_and_times.h"

namespace messages {
namespace {

constexpr std::size_t kLongestMessage = 1024;
const std::string kVisitor = "andrewbrown";  // nobody signs in

/// The uuid of the visitor's talk with each user, by handle.
std::map<std::string, std::string> talks() {
  std::map<std::string, std::string> all;
  for (const Json& each : groups()) all.emplace(each["handle"], each["uuid"]);
  return all;
}

const std::string& look_up(const std::map<std::string, std::string>& where, const std::string& key) {
  const auto found = where.find(key);
  if (found == where.end()) throw KeyError(key);
  return found->second;
}

}  // namespace

Json groups() {
  return database().rows(
      "SELECT json_build_object('uuid', g.uuid, 'handle', other.handle, 'display_name', other.display_name)"
      " FROM message_groups g JOIN users me ON me.uuid = g.user_uuid JOIN users other ON other.uuid = g.other_uuid"
      " WHERE me.handle = $1 ORDER BY other.handle",
      {kVisitor});
}

Json with_user(const std::string& handle) {
  // The example's bug: nobody thought of a handle that is not there. A KeyError, so 500, for all four vendors to see.
  const auto all = talks();
  return database().rows(
      "SELECT json_build_object('uuid', m.uuid, 'handle', sender.handle, 'display_name', sender.display_name,"
      " 'message', m.message, 'created_at', m.created_at)"
      " FROM messages m JOIN users sender ON sender.uuid = m.sender_uuid"
      " WHERE m.group_uuid = $1 ORDER BY m.created_at LIMIT 100",
      {look_up(all, handle)});
}

Json create(const std::string& handle, const std::string& message) {
  if (blank(message)) throw Refused({"message_blank"});
  if (length(message) > kLongestMessage) throw Refused({"message_exceed_max_chars"});
  const auto all = talks();
  const auto talk = all.find(handle);
  if (talk == all.end()) throw Refused({"user_receiver_handle_unknown"});
  return database()
      .rows(
          "INSERT INTO messages (group_uuid, sender_uuid, message) SELECT $1, uuid, $3 FROM users WHERE handle = $2"
          " RETURNING json_build_object('uuid', uuid, 'handle', $2::text, 'message', message, 'created_at', "
          "created_at)",
          {talk->second, kVisitor, message})
      .front();
}

}  // namespace messages
