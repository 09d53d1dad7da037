// Activities: the messages of a feed, in PostgreSQL (db/schema.sql).
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace activities {

using Json = nlohmann::ordered_json;

Json home();
/// The slow one: its statement takes seven tenths of a second.
Json notifications();
Json search(const std::string& term);
Json of_user(const std::string& handle);
Json show(const std::string& uuid);
Json create(const std::string& handle, const std::string& message, const std::string& ttl);
Json reply(const std::string& uuid, const std::string& handle, const std::string& message);

}  // namespace activities
