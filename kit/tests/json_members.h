#pragma once

#include <map>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

namespace tetrascope::kit::test {

/// What is found below a JSON value: paths such as `http.request.url` or `frames[].lineno`, and the values there. Of an
/// array the first element stands for all. Empty objects and arrays are found themselves.
using JsonMembers = std::map<std::string, nlohmann::json>;

inline void find_members(const nlohmann::json& value, const std::string& path, JsonMembers& out) {
  if (value.is_object() && !value.empty()) {
    for (const auto& [key, inner] : value.items()) find_members(inner, path.empty() ? key : path + "." + key, out);
  } else if (value.is_array() && !value.empty()) {
    find_members(value.front(), path + "[]", out);
  } else {
    out[path] = value;
  }
}

inline JsonMembers members_of(const nlohmann::json& value) {
  JsonMembers out;
  find_members(value, "", out);
  return out;
}

/// Paths of `a` that `b` has not.
inline std::set<std::string> only_in(const JsonMembers& a, const JsonMembers& b) {
  std::set<std::string> out;
  for (const auto& [path, value] : a) {
    if (!b.count(path)) out.insert(path);
  }
  return out;
}

/// Paths of both whose values differ, or differ in type: 1 and 1.0 do, times within a microsecond do not.
inline std::set<std::string> unequal(const JsonMembers& a, const JsonMembers& b) {
  std::set<std::string> out;
  for (const auto& [path, value] : a) {
    const auto other = b.find(path);
    if (other == b.end()) continue;
    const bool times = value.is_number_float() && other->second.is_number_float();
    const bool same = times ? std::abs(value.get<double>() - other->second.get<double>()) < 1.5e-6
                            : value.type_name() == std::string(other->second.type_name()) && value == other->second &&
                                  value.is_number_float() == other->second.is_number_float();
    if (!same) out.insert(path);
  }
  return out;
}

}  // namespace tetrascope::kit::test
