#include "story/match_json.h"

#include <cmath>
#include <vector>

#include <nlohmann/json.hpp>

namespace tetrascope {
namespace {

using Json = nlohmann::json;
using Names = std::map<std::string, std::string, std::less<>>;

bool near(double expected, double found) {
  return std::abs(expected - found) <= 0.01 * std::max(std::abs(expected), 1e-9);
}

class Matcher {
 public:
  explicit Matcher(Names& captured) : captured_(captured) {}

  std::string match(const Json& expected, const Json& found, const std::string& place) {
    if (expected.is_string()) return text(expected.get<std::string>(), found, place);
    if (expected.is_object()) return object(expected, found, place);
    if (expected.is_array()) return array(expected, found, place);
    if (expected.is_number() && found.is_number()) {
      return expected.get<double>() == found.get<double>() ? "" : differs(expected, found, place);
    }
    return expected == found ? "" : differs(expected, found, place);
  }

 private:
  static std::string differs(const Json& expected, const Json& found, const std::string& place) {
    return place + ": want " + expected.dump() + ", found " +
           found.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  std::string text(const std::string& expected, const Json& found, const std::string& place) {
    const auto tail = [&](std::string_view head) { return expected.substr(head.size()); };
    if (expected == "$any") return "";
    if (expected.starts_with("$id=")) {
      if (found.is_number_integer()) {
        captured_[tail("$id=")] = found.dump();
        return "";
      }
      if (!found.is_string() || found.get<std::string>().empty()) return differs(expected, found, place);
      captured_[tail("$id=")] = found.get<std::string>();
      return "";
    }
    if (expected.starts_with("$near=")) {
      return found.is_number() && near(std::stod(tail("$near=")), found.get<double>())
                 ? ""
                 : differs(expected, found, place);
    }
    if (expected.starts_with("$has=")) {
      return found.is_string() && found.get<std::string>().find(tail("$has=")) != std::string::npos
                 ? ""
                 : differs(expected, found, place);
    }
    return found == Json(expected) ? "" : differs(expected, found, place);
  }

  std::string object(const Json& expected, const Json& found, const std::string& place) {
    if (expected.size() == 1 && (expected.contains("$unordered") || expected.contains("$contains"))) {
      const bool all = expected.contains("$unordered");
      return some_order(expected.front(), found, place, all);
    }
    if (!found.is_object()) return differs(expected, found, place);
    for (const auto& [key, value] : expected.items()) {
      const std::string at = place + "." + key;
      const bool there = found.contains(key);
      if (value == "$absent") {
        if (there) return at + ": want it absent, found " + found[key].dump();
        continue;
      }
      if (!there) return at + ": absent, want " + value.dump() + " in " + found.dump();
      if (auto why = match(value, found[key], at); !why.empty()) return why;
    }
    return "";
  }

  std::string array(const Json& expected, const Json& found, const std::string& place) {
    if (!found.is_array() || found.size() != expected.size()) return differs(expected, found, place);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (auto why = match(expected[i], found[i], place + "[" + std::to_string(i) + "]"); !why.empty()) return why;
    }
    return "";
  }

  std::string some_order(const Json& expected, const Json& found, const std::string& place, bool all) {
    if (!found.is_array() || (all && found.size() != expected.size())) return differs(expected, found, place);
    std::vector<bool> taken(found.size());
    for (const Json& wanted : expected) {
      bool there = false;
      for (std::size_t i = 0; i < found.size() && !there; ++i) {
        if (taken[i] || !match(wanted, found[i], place).empty()) continue;
        taken[i] = there = true;
      }
      if (!there) return place + ": no " + wanted.dump() + " in " + found.dump();
    }
    return "";
  }

  Names& captured_;
};

}  // namespace

std::string difference(const Json& expected, const Json& found, Names& captured) {
  return Matcher(captured).match(expected, found, "$");
}

}  // namespace tetrascope
