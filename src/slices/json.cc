#include "slices/json.h"

#include <nlohmann/json.hpp>

namespace tetrascope {

Json parse_json(std::string_view text) { return Json::parse(text, nullptr, false); }

std::string to_text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace tetrascope
