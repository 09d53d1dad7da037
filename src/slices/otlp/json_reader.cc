#include "slices/otlp/json_reader.h"

#include <fmt/core.h>
#include <simdjson.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/base64.h"

namespace tetrascope::otlp {
namespace {

using Type = simdjson::dom::element_type;

/// `start_time_unix_nano` as `startTimeUnixNano`, in `buffer`; other names as they are.
std::string_view camel(std::string_view name, std::array<char, 64>& buffer) {
  if (name.find('_') == std::string_view::npos || name.size() > buffer.size()) return name;
  std::size_t length = 0;
  bool upper = false;
  for (const char c : name) {
    if (c == '_') {
      upper = length > 0;
      continue;
    }
    buffer[length++] = upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return {buffer.data(), length};
}

std::string_view type_name(const JsonValue& value) {
  switch (value.type()) {
    case Type::ARRAY:
      return "an array";
    case Type::OBJECT:
      return "an object";
    case Type::STRING:
      return "text";
    case Type::BOOL:
      return "a boolean";
    case Type::NULL_VALUE:
      return "null";
    default:
      return "a number";
  }
}

template <class Number>
bool parse_whole(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

bool parse_double(std::string_view text, double& out) {
  if (text == "NaN") return out = std::numeric_limits<double>::quiet_NaN(), true;
  if (text == "Infinity") return out = std::numeric_limits<double>::infinity(), true;
  if (text == "-Infinity") return out = -std::numeric_limits<double>::infinity(), true;
  double number = 0;
  if (!parse_whole(text, number) || !std::isfinite(number)) return false;
  out = number;
  return true;
}

/// A whole number of type Number from a JSON number or text; false when it is neither or does not fit.
template <class Number>
bool whole_number(const JsonValue& value, Number& out) {
  double number = 0;
  switch (value.type()) {
    case Type::STRING: {
      const std::string_view text = value;
      if (parse_whole(text, out)) return true;
      if (!parse_double(text, number)) return false;
      break;
    }
    case Type::INT64:
      if (!std::in_range<Number>(std::int64_t(value))) return false;
      return out = static_cast<Number>(std::int64_t(value)), true;
    case Type::UINT64:
      if (!std::in_range<Number>(std::uint64_t(value))) return false;
      return out = static_cast<Number>(std::uint64_t(value)), true;
    case Type::DOUBLE:
      number = double(value);
      break;
    default:
      return false;
  }
  // 1e3 and 4.0 are whole; 2^63 and 2^64 as doubles are exact, so that the bounds below are.
  constexpr double kLeast = static_cast<double>(std::numeric_limits<Number>::min());
  const double beyond = std::ldexp(1.0, std::numeric_limits<Number>::digits);
  if (!(number >= kLeast && number < beyond) || number != std::floor(number)) return false;
  return out = static_cast<Number>(number), true;
}

}  // namespace

void JsonReader::members(const JsonValue& value, Borrowed<void(std::string_view, const JsonValue&)> visit) {
  simdjson::dom::object object;
  if (failed()) return;
  if (value.get(object) != simdjson::SUCCESS) return wrong(fmt::format("{}, want an object", type_name(value)));
  std::array<char, 64> buffer;
  for (const auto& [key, member] : object) {
    if (member.is_null()) continue;
    steps_.push_back({key});
    visit(camel(key, buffer), member);
    if (failed()) return;
    steps_.pop_back();
  }
}

void JsonReader::items(const JsonValue& value, Borrowed<void(const JsonValue&)> visit) {
  simdjson::dom::array array;
  if (failed()) return;
  if (value.get(array) != simdjson::SUCCESS) return wrong(fmt::format("{}, want an array", type_name(value)));
  steps_.push_back({});
  for (const auto item : array) {
    visit(item);
    if (failed()) return;
    ++steps_.back().index;
  }
  steps_.pop_back();
}

std::string_view JsonReader::text(const JsonValue& value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) wrong(fmt::format("{}, want text", type_name(value)));
  return text;
}

bool JsonReader::flag(const JsonValue& value) {
  bool flag = false;
  if (value.get(flag) != simdjson::SUCCESS) wrong(fmt::format("{}, want true or false", type_name(value)));
  return flag;
}

std::int64_t JsonReader::int64(const JsonValue& value) {
  std::int64_t number = 0;
  if (!whole_number(value, number)) wrong("want a 64-bit integer");
  return number;
}

std::uint64_t JsonReader::uint64(const JsonValue& value) {
  std::uint64_t number = 0;
  if (!whole_number(value, number)) wrong("want a 64-bit integer from 0");
  return number;
}

std::int32_t JsonReader::int32(const JsonValue& value) {
  std::int32_t number = 0;
  if (!whole_number(value, number)) wrong("want a 32-bit integer");
  return number;
}

std::uint32_t JsonReader::uint32(const JsonValue& value) {
  std::uint32_t number = 0;
  if (!whole_number(value, number)) wrong("want a 32-bit integer from 0");
  return number;
}

double JsonReader::number(const JsonValue& value) {
  double number = 0;
  if (value.get(number) == simdjson::SUCCESS) return number;
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS || !parse_double(text, number))
    wrong("want a number, NaN, Infinity or -Infinity");
  return number;
}

void JsonReader::numbers(const JsonValue& value, std::vector<std::uint64_t>& out) {
  items(value, [&](const JsonValue& item) { out.push_back(uint64(item)); });
}

void JsonReader::numbers(const JsonValue& value, std::vector<double>& out) {
  items(value, [&](const JsonValue& item) { out.push_back(number(item)); });
}

std::uint8_t JsonReader::enumeration(const JsonValue& value, std::string_view prefix,
                                     std::span<const std::string_view> names) {
  std::int64_t number = 0;
  if (whole_number(value, number)) return number < 0 || number > 255 ? 0 : static_cast<std::uint8_t>(number);
  std::string_view name;
  if (value.get(name) == simdjson::SUCCESS && name.starts_with(prefix)) {
    name.remove_prefix(prefix.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == name) return static_cast<std::uint8_t>(i);
    }
  }
  wrong(fmt::format("want a number or a name like {}{}", prefix, names.back()));
  return 0;
}

NamedId<16> JsonReader::trace_id(const JsonValue& value) {
  const std::string_view id = text(value);
  // 16 bytes as base64, which no hex id can look like: some C++ clients are set to send that.
  if (id.size() == 24 && id.ends_with("==")) {
    if (const auto bytes = from_base64(id)) return trace_id_from_bytes(*bytes);
  }
  return trace_id_from_text(id);
}

NamedId<8> JsonReader::span_id(const JsonValue& value) {
  const std::string_view id = text(value);
  if (id.size() == 12 && id.ends_with('=')) {
    if (const auto bytes = from_base64(id)) return span_id_from_bytes(*bytes);
  }
  return span_id_from_text(id);
}

bool JsonReader::spend(std::size_t bytes) {
  if (failed()) return false;
  if (budget_.spend(bytes)) return true;
  keep({ErrorCode::kTooLarge, "the request holds too many records to be taken at once; send fewer in each request"});
  return false;
}

void JsonReader::keep(Error error) {
  if (!failed()) error_ = std::make_unique<Error>(std::move(error));
}

Result<void> JsonReader::result() const {
  if (failed()) return std::unexpected(*error_);
  return {};
}

void JsonReader::wrong(std::string_view seen_and_wanted) {
  keep({ErrorCode::kMalformed, fmt::format("{}: {}", path(), seen_and_wanted)});
}

std::string JsonReader::path() const {
  std::string path;
  for (const auto& [name, index] : steps_) {
    if (name.empty()) {
      path += fmt::format("[{}]", index);
    } else {
      path.append(path.empty() ? "" : ".").append(name.substr(0, 64));
    }
    if (path.size() > 400) return path += "…";
  }
  return path.empty() ? "the body" : path;
}

}  // namespace tetrascope::otlp
