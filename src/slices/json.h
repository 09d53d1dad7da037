#pragma once
// JSON documents as slices build and store them. Whoever builds one includes <nlohmann/json.hpp> beside this; its
// parser and writer are compiled once, in json.cc. What arrives by the thousand is read by each slice's own decoder
// instead, without a document in between.

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace tetrascope {

/// Members stand in the order in which they were added.
using Json = nlohmann::ordered_json;

/// A document of this program's own making; discarded (`is_discarded()`) when it is none.
Json parse_json(std::string_view text);
/// Without white space; what is not UTF-8 becomes U+FFFD.
std::string to_text(const Json& json);

}  // namespace tetrascope
