#pragma once
// Whether an answer holds what a story expects of it.

#include <map>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace tetrascope {

/// Members of an expected object must be there and match; others may be too. Arrays match element by element.
///   "$any"        anything but nothing          "$absent"     the member is not there
///   "$id=name"    any text or whole number, kept under `name`      "$near=12.5"  a number within one percent
///   "$has=text"   text that contains `text`     {"$unordered": […]}  these elements, in any order, no others
///   {"$contains": […]}  an array that has an element for each of these
/// Gives back "" or the first difference, with its place.
std::string difference(const nlohmann::json& expected, const nlohmann::json& found,
                       std::map<std::string, std::string, std::less<>>& captured);

}  // namespace tetrascope
