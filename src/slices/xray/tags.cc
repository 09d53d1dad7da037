#include "slices/xray/tags.h"

#include <algorithm>
#include <cctype>

#include "slices/xray/groups.h"
#include "slices/xray/sampling_rules.h"

namespace tetrascope::xray {
namespace {

constexpr std::string_view kTagSpace = "xray.tags";
constexpr std::size_t kMostTags = 50;

bool is_tag_text(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) {
    return c >= 0x80 || std::isalnum(c) != 0 || std::string_view(" _.:/=+-@").contains(static_cast<char>(c));
  });
}

Outcomes<Tags> read_tags(const Array& list) {
  Tags tags;
  for (const Value& tag : list) {
    XRAY_TRY(const std::string key, required_text(tag, "Key", 1, 128));
    const auto* value = member(tag, "Value");
    const auto* text = value == nullptr ? nullptr : value->as<std::string>();
    if (text == nullptr || text->size() > 256) return invalid("Value: want a string of at most 256 characters");
    if (!is_tag_text(key) || !is_tag_text(*text)) return invalid("Tags: want letters, digits, blanks and _.:/=+-@");
    if (key.starts_with("aws:")) return invalid("Tags: keys that begin with aws: are reserved");
    tags.insert_or_assign(key, *text);
  }
  return tags;
}

Outcomes<std::string> known_resource(const Call& call) {
  XRAY_TRY(std::string arn, required_text(call.body, "ResourceARN", 1, 1'011));
  XRAY_TRY(const bool is_group, is_group_arn(call, arn));
  if (is_group) return arn;
  XRAY_TRY(const bool is_rule, is_rule_arn(call, arn));
  if (is_rule) return arn;
  return not_found("The specified resource was not found: " + arn, arn);
}

Outcomes<Tags> load_tags(const Call& call, const std::string& arn) {
  XRAY_ASK(const auto document, call.control().get(kTagSpace, arn));
  Tags tags;
  if (!document) return tags;
  XRAY_ASK(const Value stored, value_from_json(document->json));
  if (const auto* object = stored.as<Object>()) {
    for (const auto& [key, value] : *object) {
      if (const auto* text = value.as<std::string>()) tags.emplace(key, *text);
    }
  }
  return tags;
}

}  // namespace

Outcomes<Tags> tags_of_call(const Call& call) {
  const Array* list = array_at(call.body, {"Tags"});
  if (list == nullptr) return Tags{};
  XRAY_TRY(auto tags, read_tags(*list));
  if (tags.size() > kMostTags) {
    return std::unexpected(Failure{400, "TooManyTagsException", "A resource can have at most 50 tags"});
  }
  return tags;
}

Outcomes<bool> store_tags(const Call& call, const std::string& arn, const Tags& tags) {
  if (tags.empty()) return remove_tags(call, arn);
  Object object;
  for (const auto& [key, value] : tags) object.emplace_back(key, Value(value));
  XRAY_ASK(const auto stored, call.control().put(std::string(kTagSpace), arn, to_json(Value(std::move(object)))));
  (void)stored;
  return true;
}

Outcomes<bool> remove_tags(const Call& call, const std::string& arn) {
  XRAY_ASK(const auto removed, call.control().remove(std::string(kTagSpace), arn));
  (void)removed;
  return true;
}

Outcomes<Value> tag_resource(Call& call) {
  XRAY_TRY(const std::string arn, known_resource(call));
  const Array* list = array_at(call.body, {"Tags"});
  if (list == nullptr) return invalid("Tags is required");
  XRAY_TRY(const auto added, read_tags(*list));
  XRAY_TRY(auto tags, load_tags(call, arn));
  for (const auto& [key, value] : added) tags.insert_or_assign(key, value);
  if (tags.size() > kMostTags) {
    return std::unexpected(Failure{400, "TooManyTagsException", "A resource can have at most 50 tags", arn});
  }
  XRAY_TRY(const bool stored, store_tags(call, arn, tags));
  (void)stored;
  return Value(Object{});
}

Outcomes<Value> untag_resource(Call& call) {
  XRAY_TRY(const std::string arn, known_resource(call));
  const Array* keys = array_at(call.body, {"TagKeys"});
  if (keys == nullptr) return invalid("TagKeys is required");
  XRAY_TRY(auto tags, load_tags(call, arn));
  for (const Value& key : *keys) {
    if (const auto* text = key.as<std::string>()) tags.erase(*text);
  }
  XRAY_TRY(const bool stored, store_tags(call, arn, tags));
  (void)stored;
  return Value(Object{});
}

Outcomes<Value> list_tags(Call& call) {
  XRAY_TRY(const std::string arn, known_resource(call));
  XRAY_TRY(const auto tags, load_tags(call, arn));
  Array list;
  for (const auto& [key, value] : tags) list.emplace_back(Object{{"Key", Value(key)}, {"Value", Value(value)}});
  return Value(Object{{"Tags", Value(std::move(list))}});
}

}  // namespace tetrascope::xray
