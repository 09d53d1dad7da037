#include "slices/otlp/wire_values.h"

#include <cstring>
#include <utility>
#include <variant>

#include <protozero/varint.hpp>

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

constexpr unsigned char kKey = 0x0A, kValue = 0x12;                                   // tags of a KeyValue
constexpr unsigned char kText = 0x0A, kFlag = 0x10, kInteger = 0x18, kDouble = 0x21;  // of an AnyValue

/// A scalar that takes up the whole of `message`, but for a text's UTF-8. Lengths are below 128.
bool read_usual_value(std::string_view message, AnyView& out) {
  if (message.size() < 2) return false;
  const char* const at = message.data() + 1;
  const std::size_t size = message.size() - 1;
  switch (static_cast<unsigned char>(message[0])) {
    case kText:
      if (static_cast<std::size_t>(static_cast<unsigned char>(*at)) != size - 1) return false;
      out = std::string_view(at + 1, size - 1);
      return true;
    case kInteger: {
      const char* end = at;
      const std::uint64_t number = protozero::decode_varint(&end, at + size);
      out = static_cast<std::int64_t>(number);
      return end == at + size;
    }
    case kDouble: {
      if (size != sizeof(double)) return false;
      double number = 0;
      std::memcpy(&number, at, sizeof number);
      out = number;
      return true;
    }
    case kFlag:
      out = *at == 1;
      return size == 1 && (*at == 0 || *at == 1);
    default:
      return false;
  }
}

/// An attribute as nearly all are: key and value, in this order, each shorter than 128 bytes, a scalar, ASCII. False:
/// it must be read in general. The general loops take three times as long.
bool read_usual_attribute(std::string_view message, Attribute& out) {
  if (message.size() < 4 || static_cast<unsigned char>(message[0]) != kKey) return false;
  const std::size_t key_size = static_cast<unsigned char>(message[1]);
  const std::size_t value_at = 2 + key_size + 2;
  if (key_size >= 0x80 || message.size() < value_at || static_cast<unsigned char>(message[value_at - 2]) != kValue)
    return false;
  const std::size_t value_size = static_cast<unsigned char>(message[value_at - 1]);
  if (value_size >= 0x80 || message.size() != value_at + value_size) return false;
  out.key = std::string_view(message.data() + 2, key_size);
  if (!read_usual_value(message.substr(value_at), out.value)) return false;
  // Tags and short lengths are ASCII themselves, so one look is enough for key and text.
  return is_ascii(std::holds_alternative<std::string_view>(out.value) ? message : out.key);
}

std::string_view hex_of_base64(std::string_view bytes, std::string& base64) {
  base64 = to_base64(bytes);
  return from_hex(base64) ? std::string_view(base64) : std::string_view();
}

}  // namespace

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
  Attribute& attribute = out.emplace_back();
  if (read_usual_attribute(message, attribute)) return;
  attribute = {};
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
