#include "upkeep/otlp_value.h"

#include <fmt/core.h>

#include <cmath>
#include <utility>

#include "base/base64.h"

namespace tetrascope::upkeep {

void append_double(double value, std::string& out) {
  if (std::isnan(value))
    out += R"("NaN")";
  else if (std::isinf(value))
    out += value > 0 ? R"("Infinity")" : R"("-Infinity")";
  else
    out += fmt::format("{}", value);
}

void append_any_value(const Value& value, std::string& out) {
  if (const auto* text = value.as<std::string>()) {
    out += R"({"stringValue":)";
    append_json_string(*text, out);
  } else if (const auto* integer = value.as<std::int64_t>()) {
    out += fmt::format(R"({{"intValue":"{}")", *integer);
  } else if (const auto* number = value.as<double>()) {
    out += R"({"doubleValue":)";
    append_double(*number, out);
  } else if (const auto* flag = value.as<bool>()) {
    out += fmt::format(R"({{"boolValue":{})", *flag);
  } else if (const auto* bytes = value.as<Bytes>()) {
    out += R"({"bytesValue":")" + to_base64(bytes->data) + '"';
  } else if (const auto* array = value.as<Array>()) {
    out += R"({"arrayValue":{"values":[)";
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (i > 0) out += ',';
      append_any_value((*array)[i], out);
    }
    out += "]}";
  } else if (value.as<Object>() != nullptr) {
    out += R"({"kvlistValue":{"values":)";
    append_key_values(value, out);
    out += '}';
  } else {
    out += '{';
  }
  out += '}';
}

void append_key_values(const Value& object, std::string& out) {
  out += '[';
  bool first = true;
  if (const auto* members = object.as<Object>()) {
    for (const auto& [key, value] : *members) {
      out += std::exchange(first, false) ? R"({"key":)" : R"(,{"key":)";
      append_json_string(key, out);
      out += R"(,"value":)";
      append_any_value(value, out);
      out += '}';
    }
  }
  out += ']';
}

std::string& OtlpObject::member(std::string_view name) {
  if (!std::exchange(first_, false)) out_ += ',';
  append_json_string(name, out_);
  out_ += ':';
  return out_;
}

void OtlpObject::text(std::string_view name, std::string_view value) {
  if (!value.empty()) append_json_string(value, member(name));
}

void OtlpObject::number(std::string_view name, std::int64_t value) {
  if (value != 0) member(name) += std::to_string(value);
}

void OtlpObject::integer(std::string_view name, std::int64_t value) {
  if (value != 0) member(name) += fmt::format(R"("{}")", value);
}

void OtlpObject::count(std::string_view name, std::uint64_t value) {
  if (value != 0) member(name) += fmt::format(R"("{}")", value);
}

void OtlpObject::key_values(std::string_view name, const Value& object) {
  const auto* members = object.as<Object>();
  if (members != nullptr && !members->empty()) append_key_values(object, member(name));
}

}  // namespace tetrascope::upkeep
