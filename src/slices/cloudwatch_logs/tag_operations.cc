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

/// There are two sets of calls, of one store: the later ones name any resource, the first ones a group.
struct TagForm {
  std::string_view group;  ///< the member that says whose tags they are
  aws::TextRule group_rule;
  std::string_view keys;  ///< the member with the keys to remove
};
const TagForm kResourceForm{
    "resourceArn", {.min = 1, .max = 1'011, .pattern = kIdentifierLetters, .required = true}, "tagKeys"};
const TagForm kGroupForm{"logGroupName", kGroupName, "tags"};

Outcome<Answer> add_tags(Call& call, const TagForm& form) {
  const auto identifier = call.parameters.text(form.group, form.group_rule);
  const Object tags = read_tags(call.parameters, "tags", true);
  RETURN_IF_FAULT(call.parameters.verdict());
  RETURN_IF_FAULT(change_group(call, group_name_of(call, *identifier), [&](LogGroup& group) -> Outcome<void> {
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
    return {};
  }));
  return Answer();
}

Outcome<Answer> remove_tags(Call& call, const TagForm& form) {
  const auto identifier = call.parameters.text(form.group, form.group_rule);
  const auto keys = call.parameters.texts(form.keys, {.min = 1, .max = kMaxTags, .required = true},
                                          {.min = 1, .max = kMaxTagKey, .pattern = {is_tag_letter, kKeyPattern}});
  RETURN_IF_FAULT(call.parameters.verdict());
  RETURN_IF_FAULT(change_group(call, group_name_of(call, *identifier), [&](LogGroup& group) -> Outcome<void> {
    std::erase_if(group.tags, [&](const auto& tag) { return std::ranges::find(keys, tag.first) != keys.end(); });
    return {};
  }));
  return Answer();
}

Outcome<Answer> list_tags(Call& call, const TagForm& form) {
  const auto identifier = call.parameters.text(form.group, form.group_rule);
  RETURN_IF_FAULT(call.parameters.verdict());
  ASSIGN_OR_FAULT(const LogGroup group, require_group(call, group_name_of(call, *identifier)));
  return Answer(Object{{"tags", Value(group.tags)}});
}

}  // namespace

Object read_tags(Parameters& parameters, std::string_view name, bool required) {
  Object tags;
  const Object* found = parameters.object(name, required);
  if (found == nullptr) return tags;
  if (found->empty()) parameters.problem("{}", name, "Member must have length greater than or equal to 1");
  if (found->size() > kMaxTags) parameters.problem("", name, "Member must have length less than or equal to 50");
  for (const auto& [key, value] : *found) {
    const auto* text = value.as<std::string>();
    if (text == nullptr) {
      parameters.wrong_type(name, "a map of strings");
      continue;
    }
    if (key.starts_with("aws:"))
      parameters.problem(key, name, "aws: prefixed tag key names are not allowed for external use");
    if (key.empty() || aws::count_characters(key) > kMaxTagKey || !is_tag_text(key))
      parameters.problem(key, name,
                         "Map keys must satisfy constraint: [Member must have length between 1 and 128, "
                         "Member must satisfy regular expression pattern: " +
                             std::string(kKeyPattern) + "]");
    if (aws::count_characters(*text) > kMaxTagValue || !is_tag_text(*text)) {
      parameters.problem(*text, name,
                         "Map value must satisfy constraint: [Member must have length less than or equal to 256, "
                         "Member must satisfy regular expression pattern: " +
                             std::string(kValuePattern) + "]");
      continue;
    }
    tags.emplace_back(key, value);
  }
  return tags;
}

Outcome<Answer> tag_resource(Call& call) { return add_tags(call, kResourceForm); }
Outcome<Answer> untag_resource(Call& call) { return remove_tags(call, kResourceForm); }
Outcome<Answer> list_tags_for_resource(Call& call) { return list_tags(call, kResourceForm); }
Outcome<Answer> tag_log_group(Call& call) { return add_tags(call, kGroupForm); }
Outcome<Answer> untag_log_group(Call& call) { return remove_tags(call, kGroupForm); }
Outcome<Answer> list_tags_log_group(Call& call) { return list_tags(call, kGroupForm); }

}  // namespace tetrascope::cloudwatch_logs
