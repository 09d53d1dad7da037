// Messages from one user to another, in PostgreSQL (db/schema.sql).
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace messages {

using Json = nlohmann::ordered_json;

Json groups();
Json with_user(const std::string& handle);
Json create(const std::string& handle, const std::string& message);

}  // namespace messages
