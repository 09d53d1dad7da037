#include "slices/cloudwatch_logs/tag_operations.h"

#include <algorithm>

#include "slices/cloudwatch_logs/limits.h"
#include "slices/cloudwatch_logs/log_groups.h"

namespace tetrascope::cloudwatch_logs {
namespace {

constexpr std::size_t kMaxTags = 50;
constexpr std::size_t kMaxTagKey = 128;
constexpr std::size_t kMaxTagValue = 256;

/// Letters and digits of any script, and a few signs: of what is not ASCII everything.
bool is_tag_letter(unsigned char c) {
  constexpr std::string_view kSigns = " _.:/=+-@";
  return is_alphanumeric(c) || c >= 0x80 || kSigns.contains(static_cast<char>(c));
}
constexpr std::string_view kKeyPattern = R"(^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$)";
constexpr std::string_view kValuePattern = R"(^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$)";

bool is_tag_text(const std::string& text) {
  return std::ranges::all_of(text, [](char c) { return is_tag_letter(static_cast<unsigned char>(c)); });
}

Outcome<LogGroup> tagged_group(Call& call, std::string_view identifier, bool change) {
  const std::string name = group_name_of(identifier);
  return change ? require_stored_group(call, name) : require_group(call, name);
}

Outcome<Answer> add_tags(Call& call, std::string_view identifier, const Object& tags) {
  ASSIGN_OR_FAULT(LogGroup group, tagged_group(call, identifier, true));
  for (const auto& [key, value] : tags) {
    const auto same = std::ranges::find(group.tags, key, &Object::value_type::first);
    if (same == group.tags.end()) {
      group.tags.emplace_back(key, value);
    } else {
      same->second = value;
    }
  }
  if (group.tags.size() > kMaxTags)
    return aws::refuse("TooManyTagsException", "The log group has too many tags: at most 50 are taken.");
  RETURN_IF_FAULT(put_group(call, group));
  return Answer();
}

Outcome<Answer> remove_tags(Call& call, std::string_view identifier, const std::vector<std::string>& keys) {
  ASSIGN_OR_FAULT(LogGroup group, tagged_group(call, identifier, true));
  std::erase_if(group.tags, [&](const auto& tag) { return std::ranges::find(keys, tag.first) != keys.end(); });
  RETURN_IF_FAULT(put_group(call, group));
  return Answer();
}

Outcome<Answer> list_tags(Call& call, std::string_view identifier) {
  ASSIGN_OR_FAULT(const LogGroup group, tagged_group(call, identifier, false));
  return Answer(Object{{"tags", Value(group.tags)}});
}

const aws::TextRule kGroupName{.min = 1, .max = kMaxName, .pattern = kGroupLetters, .required = true};
const aws::TextRule kResourceArn{.min = 1, .max = 1'011, .pattern = kIdentifierLetters, .required = true};
const aws::ListRule kKeys{.min = 1, .max = kMaxTags, .required = true};
const aws::TextRule kKey{.min = 1, .max = kMaxTagKey, .pattern = {is_tag_letter, kKeyPattern}};

}  // namespace

Object read_tags(Parameters& parameters, std::string_view name, bool required) {
  Object tags;
  const Object* found = parameters.object(name, required);
  if (found == nullptr) return tags;
  if (found->empty()) parameters.problem("{}", name, "Member must have length greater than or equal to 1");
  if (found->size() > kMaxTags) parameters.problem("", name, "Member must have length less than or equal to 50");
  for (const auto& [key, value] : *found) {
    const auto* text = value.as<std::string>();
    if (key.empty() || aws::count_characters(key) > kMaxTagKey || !is_tag_text(key))
      parameters.problem(key, name,
                         "Map keys must satisfy constraint: [Member must have length between 1 and 128, "
                         "Member must satisfy regular expression pattern: " +
                             std::string(kKeyPattern) + "]");
    if (text == nullptr || aws::count_characters(*text) > kMaxTagValue || !is_tag_text(*text)) {
      parameters.problem(text == nullptr ? "" : *text, name,
                         "Map value must satisfy constraint: [Member must have length less than or equal to 256, "
                         "Member must satisfy regular expression pattern: " +
                             std::string(kValuePattern) + "]");
      continue;
    }
    tags.emplace_back(key, value);
  }
  return tags;
}

Outcome<Answer> tag_resource(Call& call) {
  const auto arn = call.parameters.text("resourceArn", kResourceArn);
  const Object tags = read_tags(call.parameters, "tags", true);
  RETURN_IF_FAULT(call.parameters.verdict());
  return add_tags(call, *arn, tags);
}

Outcome<Answer> untag_resource(Call& call) {
  const auto arn = call.parameters.text("resourceArn", kResourceArn);
  const auto keys = call.parameters.texts("tagKeys", kKeys, kKey);
  RETURN_IF_FAULT(call.parameters.verdict());
  return remove_tags(call, *arn, keys);
}

Outcome<Answer> list_tags_for_resource(Call& call) {
  const auto arn = call.parameters.text("resourceArn", kResourceArn);
  RETURN_IF_FAULT(call.parameters.verdict());
  return list_tags(call, *arn);
}

Outcome<Answer> tag_log_group(Call& call) {
  const auto name = call.parameters.text("logGroupName", kGroupName);
  const Object tags = read_tags(call.parameters, "tags", true);
  RETURN_IF_FAULT(call.parameters.verdict());
  return add_tags(call, *name, tags);
}

Outcome<Answer> untag_log_group(Call& call) {
  const auto name = call.parameters.text("logGroupName", kGroupName);
  const auto keys = call.parameters.texts("tags", kKeys, kKey);
  RETURN_IF_FAULT(call.parameters.verdict());
  return remove_tags(call, *name, keys);
}

Outcome<Answer> list_tags_log_group(Call& call) {
  const auto name = call.parameters.text("logGroupName", kGroupName);
  RETURN_IF_FAULT(call.parameters.verdict());
  return list_tags(call, *name);
}

}  // namespace tetrascope::cloudwatch_logs
