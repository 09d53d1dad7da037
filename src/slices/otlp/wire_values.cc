#include "slices/otlp/wire_values.h"

#include <utility>

#include "base/base64.h"

namespace tetrascope::otlp {
namespace {

Value read_value(std::string_view message, int depth, Budget& budget);

Array read_array(std::string_view message, int depth, Budget& budget) {
  if (depth > kMaxValueDepth) throw TooDeep{};
  Array array;
  for (Fields fields(message); fields.next();) {
    if (fields.number() != 1) {
      fields.skip();
      continue;
    }
    spend(budget, kValueCost);
    array.push_back(read_value(fields.bytes(), depth, budget));
  }
  return array;
}

Object read_object(std::string_view message, int depth, Budget& budget) {
  if (depth > kMaxValueDepth) throw TooDeep{};
  Object object;
  for (Fields fields(message); fields.next();) {
    if (fields.number() != 1) {
      fields.skip();
      continue;
    }
    spend(budget, 2 * kValueCost);
    auto& [key, value] = object.emplace_back();
    for (Fields member(fields.bytes()); member.next();) {
      switch (member.number()) {
        case 1:
          key = member.text();
          break;
        case 2:
          value = read_value(member.bytes(), depth, budget);
          break;
        default:
          member.skip();
      }
    }
  }
  return object;
}

/// `depth`: arrays and maps around this value.
Value read_value(std::string_view message, int depth, Budget& budget) {
  Value value;
  for (Fields fields(message); fields.next();) {
    switch (fields.number()) {
      case 1:
        value = std::string(fields.text());
        break;
      case 2:
        value = fields.flag();
        break;
      case 3:
        value = fields.integer();
        break;
      case 4:
        value = fields.number64();
        break;
      case 5:
        value = read_array(fields.bytes(), depth + 1, budget);
        break;
      case 6:
        value = read_object(fields.bytes(), depth + 1, budget);
        break;
      case 7:
        value = Bytes{std::string(fields.bytes())};
        break;
      default:
        fields.skip();
    }
  }
  return value;
}

EntityRef read_entity(std::string_view message, Budget& budget) {
  EntityRef entity;
  for (Fields fields(message); fields.next();) {
    spend(budget, kValueCost);
    switch (fields.number()) {
      case 1:
        entity.schema_url = fields.text();
        break;
      case 2:
        entity.type = fields.text();
        break;
      case 3:
        entity.id_keys.push_back(fields.text());
        break;
      case 4:
        entity.description_keys.push_back(fields.text());
        break;
      default:
        fields.skip();
    }
  }
  return entity;
}

std::string_view hex_of_base64(std::string_view bytes, std::string& base64) {
  base64 = to_base64(bytes);
  return from_hex(base64) ? std::string_view(base64) : std::string_view();
}

}  // namespace

void spend(Budget& budget, std::size_t bytes) {
  if (!budget.spend(bytes)) throw TooMuch{};
}

AnyView read_any(std::string_view message, std::deque<Value>& values, Budget& budget) {
  AnyView view;
  for (Fields fields(message); fields.next();) {
    switch (fields.number()) {
      case 1:
        view = fields.text();
        break;
      case 2:
        view = fields.flag();
        break;
      case 3:
        view = fields.integer();
        break;
      case 4:
        view = fields.number64();
        break;
      case 5:
        view = &std::as_const(values.emplace_back(read_array(fields.bytes(), 1, budget)));
        break;
      case 6:
        view = &std::as_const(values.emplace_back(read_object(fields.bytes(), 1, budget)));
        break;
      case 7:
        view = &std::as_const(values.emplace_back(Bytes{std::string(fields.bytes())}));
        break;
      default:
        fields.skip();
    }
  }
  return view;
}

void read_attribute(std::string_view message, Attributes& out, std::deque<Value>& values, Budget& budget) {
  spend(budget, kAttributeCost);
  Attribute attribute;
  for (Fields fields(message); fields.next();) {
    switch (fields.number()) {
      case 1:
        attribute.key = fields.text();
        break;
      case 2:
        attribute.value = read_any(fields.bytes(), values, budget);
        break;
      default:
        fields.skip();
    }
  }
  out.push_back(attribute);
}

void read_resource(std::string_view message, ProducerRecord& out, Budget& budget) {
  for (Fields fields(message); fields.next();) {
    switch (fields.number()) {
      case 1:
        read_attribute(fields.bytes(), out.attributes, out.values, budget);
        break;
      case 2:
        out.dropped_attributes = fields.uint32();
        break;
      case 3:
        out.entities.push_back(read_entity(fields.bytes(), budget));
        break;
      default:
        fields.skip();
    }
  }
}

void read_scope(std::string_view message, ProducerRecord& out, Budget& budget) {
  for (Fields fields(message); fields.next();) {
    switch (fields.number()) {
      case 1:
        out.name = fields.text();
        break;
      case 2:
        out.version = fields.text();
        break;
      case 3:
        read_attribute(fields.bytes(), out.attributes, out.values, budget);
        break;
      case 4:
        out.dropped_attributes = fields.uint32();
        break;
      default:
        fields.skip();
    }
  }
}

NamedId<16> wire_trace_id(std::string_view bytes) {
  std::string base64;
  if (bytes.size() == 24 && !hex_of_base64(bytes, base64).empty()) return trace_id_from_text(base64);
  return trace_id_from_bytes(bytes);
}

NamedId<8> wire_span_id(std::string_view bytes) {
  std::string base64;
  if (bytes.size() == 12 && !hex_of_base64(bytes, base64).empty()) return span_id_from_text(base64);
  return span_id_from_bytes(bytes);
}

std::uint8_t small_enum(std::int64_t number) {
  return number < 0 || number > 255 ? 0 : static_cast<std::uint8_t>(number);
}

}  // namespace tetrascope::otlp
