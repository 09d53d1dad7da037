// AnyValue, KeyValue, Resource and InstrumentationScope from JSON.

#include <fmt/core.h>

#include <utility>

#include "base/base64.h"
#include "slices/otlp/json_reader.h"

namespace tetrascope::otlp {

Value JsonReader::bytes_of(const JsonValue& value) {
  auto bytes = from_base64(text(value));
  if (!bytes) wrong("want base64");
  return Bytes{std::move(bytes).value_or(std::string())};
}

Value JsonReader::array_of(const JsonValue& value, int depth) {
  if (depth > kMaxValueDepth) wrong("values are nested too deep");
  Array array;
  members(value, [&](std::string_view name, const JsonValue& member) {
    if (name != "values") return;
    items(member, [&](const JsonValue& item) {
      if (spend(kValueCost)) array.push_back(value_of(item, depth));
    });
  });
  return array;
}

Value JsonReader::object_of(const JsonValue& value, int depth) {
  if (depth > kMaxValueDepth) wrong("values are nested too deep");
  Object object;
  const auto read_entry = [&](const JsonValue& item) {
    if (!spend(2 * kValueCost)) return;
    auto& [key, content] = object.emplace_back();
    members(item, [&](std::string_view name, const JsonValue& member) {
      if (name == "key") key = text(member);
      if (name == "value") content = value_of(member, depth);
    });
  };
  members(value, [&](std::string_view name, const JsonValue& member) {
    if (name == "values") items(member, read_entry);
  });
  return object;
}

Value JsonReader::value_of(const JsonValue& value, int depth) {
  Value out;
  members(value, [&](std::string_view name, const JsonValue& member) {
    if (name == "stringValue") out = std::string(text(member));
    if (name == "boolValue") out = flag(member);
    if (name == "intValue") out = int64(member);
    if (name == "doubleValue") out = number(member);
    if (name == "arrayValue") out = array_of(member, depth + 1);
    if (name == "kvlistValue") out = object_of(member, depth + 1);
    if (name == "bytesValue") out = bytes_of(member);
  });
  return out;
}

AnyView JsonReader::any(const JsonValue& value, std::deque<Value>& values) {
  AnyView out;
  const auto keep_value = [&](Value content) { out = &std::as_const(values.emplace_back(std::move(content))); };
  members(value, [&](std::string_view name, const JsonValue& member) {
    if (name == "stringValue") out = text(member);
    if (name == "boolValue") out = flag(member);
    if (name == "intValue") out = int64(member);
    if (name == "doubleValue") out = number(member);
    if (name == "arrayValue") keep_value(array_of(member, 1));
    if (name == "kvlistValue") keep_value(object_of(member, 1));
    if (name == "bytesValue") keep_value(bytes_of(member));
  });
  return out;
}

void JsonReader::attributes(const JsonValue& value, Attributes& out, std::deque<Value>& values) {
  items(value, [&](const JsonValue& item) {
    if (!spend(kAttributeCost)) return;
    Attribute attribute;
    members(item, [&](std::string_view name, const JsonValue& member) {
      if (name == "key") attribute.key = text(member);
      if (name == "value") attribute.value = any(member, values);
    });
    out.push_back(attribute);
  });
}

void JsonReader::resource(const JsonValue& value, ProducerRecord& out) {
  const auto read_entity = [&](const JsonValue& item) {
    if (!spend(kValueCost)) return;
    EntityRef& entity = out.entities.emplace_back();
    const auto add_key = [&](std::vector<std::string_view>& keys) {
      return [&](const JsonValue& key) {
        if (spend(kValueCost)) keys.push_back(text(key));
      };
    };
    members(item, [&](std::string_view name, const JsonValue& member) {
      if (name == "schemaUrl") entity.schema_url = text(member);
      if (name == "type") entity.type = text(member);
      if (name == "idKeys") items(member, add_key(entity.id_keys));
      if (name == "descriptionKeys") items(member, add_key(entity.description_keys));
    });
  };
  members(value, [&](std::string_view name, const JsonValue& member) {
    if (name == "attributes") attributes(member, out.attributes, out.values);
    if (name == "droppedAttributesCount") out.dropped_attributes = uint32(member);
    if (name == "entityRefs") items(member, read_entity);
  });
}

void JsonReader::scope(const JsonValue& value, ProducerRecord& out) {
  members(value, [&](std::string_view name, const JsonValue& member) {
    if (name == "name") out.name = text(member);
    if (name == "version") out.version = text(member);
    if (name == "attributes") attributes(member, out.attributes, out.values);
    if (name == "droppedAttributesCount") out.dropped_attributes = uint32(member);
  });
}

}  // namespace tetrascope::otlp
