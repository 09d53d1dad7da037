#include "slices/ui/producer_json.h"

#include <algorithm>

#include "slices/ui/attributes_json.h"

namespace tetrascope::ui {
namespace {

const Value* member_of(const Value& object, std::string_view name) {
  const auto* members = object.as<Object>();
  if (members == nullptr) return nullptr;
  const auto found = std::ranges::find(*members, name, &Object::value_type::first);
  return found == members->end() ? nullptr : &found->second;
}

/// The member if it is of that type, else an empty one.
template <class T>
Value member_or_empty(const Value& object, std::string_view name) {
  const Value* found = member_of(object, name);
  return found != nullptr && found->as<T>() != nullptr ? *found : Value(T{});
}

}  // namespace

Value producer_json(std::string_view stored) {
  const auto parsed = value_from_json(stored);
  const Value producer = parsed ? *parsed : Value();
  const Value* attributes = member_of(producer, "attributes");
  return Object{{"name", member_or_empty<std::string>(producer, "name")},
                {"version", member_or_empty<std::string>(producer, "version")},
                {"attributes", attributes_json(attributes != nullptr ? *attributes : Value())},
                {"schema_url", member_or_empty<std::string>(producer, "schema_url")},
                {"dropped_attributes_count", member_or_empty<std::int64_t>(producer, "dropped_attributes")},
                {"entity_refs", member_or_empty<Array>(producer, "entity_refs")}};
}

const std::string& ProducerTexts::json(std::string_view stored) {
  const auto [found, added] = known_.try_emplace(std::string(stored));
  if (added) append_json(producer_json(stored), found->second);
  return found->second;
}

}  // namespace tetrascope::ui
