// Activities: the messages of a feed. There is no database: what is here is made up when the process starts.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace activities {

using Json = nlohmann::ordered_json;

Json home();
/// The slow one: it counts as if it had to ask somebody far away.
Json notifications();
Json search(const std::string& term);
Json of_user(const std::string& handle);
Json show(const std::string& uuid);
/// What would be stored.
Json create(const std::string& handle, const std::string& message, const std::string& ttl);
Json reply(const std::string& uuid, const std::string& handle, const std::string& message);

/// Like a version 4 UUID.
std::string new_uuid();

}  // namespace activities
