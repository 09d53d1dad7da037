#include "slices/cloudwatch_logs/json_leaves.h"

#include "model/value.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using Leaves = std::vector<std::pair<std::string, std::string>>;

constexpr int kMaxLeafDepth = 30;  // deeper ones cannot be asked for either

void add_leaves(const Value& value, const std::string& name, int depth, Leaves& out) {
  if (out.size() >= kMostLeaves || depth > kMaxLeafDepth) return;
  if (const auto* object = value.as<Object>()) {
    for (const auto& [key, member] : *object) add_leaves(member, name + "." + key, depth + 1, out);
  } else if (const auto* array = value.as<Array>()) {
    for (std::size_t i = 0; i < array->size(); ++i)
      add_leaves((*array)[i], name + "." + std::to_string(i), depth + 1, out);
  } else if (const auto* text = value.as<std::string>()) {
    out.emplace_back(name, *text);
  } else if (const auto* flag = value.as<bool>()) {
    out.emplace_back(name, *flag ? "1" : "0");
  } else if (!value.missing()) {
    out.emplace_back(name, to_plain_json(value));
  }
}

}  // namespace

Leaves json_leaves(std::string_view message) {
  Leaves out;
  const std::size_t first = message.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || message[first] != '{') return out;
  const auto value = value_from_json(message);
  const auto* object = value ? value->as<Object>() : nullptr;
  if (object == nullptr) return out;
  for (const auto& [key, member] : *object) add_leaves(member, key.starts_with('@') ? "@" + key : key, 1, out);
  return out;
}

}  // namespace tetrascope::cloudwatch_logs
