#include "model/value.h"

#include <fmt/format.h>  // core.h leaves format_to to the library, whose symbol clang names otherwise
#include <simdjson.h>

#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "base/base64.h"

namespace tetrascope {
namespace {

/// Bytes of the UTF-8 sequence at the front of `text`, 0 when there is none (RFC 3629: no surrogates, nothing
/// overlong).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  }
  if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F)) return 0;
  if ((lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F)) return 0;
  return length;
}

bool plain_in_json(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x80 && c != '"' && c != '\\';
}

std::string_view non_finite_name(double number) {
  if (std::isnan(number)) return "NaN";
  return number > 0 ? "Infinity" : "-Infinity";
}

void append_double(double number, std::string& out) {
  std::string text = fmt::format("{}", number);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  out += text;
}

/// Writes a value in one of the two JSON forms.
class JsonWriter {
 public:
  JsonWriter(std::string& out, bool plain) : out_(out), plain_(plain) {}

  void write(const Value& value) {
    std::visit([this](const auto& content) { put(content); }, value.data);
  }

 private:
  void put(std::monostate) { out_ += "null"; }
  void put(bool flag) { out_ += flag ? "true" : "false"; }
  void put(std::int64_t integer) { fmt::format_to(std::back_inserter(out_), "{}", integer); }
  void put(double number) {
    if (std::isfinite(number)) return append_double(number, out_);
    wrapped("$double", non_finite_name(number));
  }
  void put(const std::string& text) { append_json_string(text, out_); }
  void put(const Bytes& bytes) { wrapped("$bytes", to_base64(bytes.data)); }
  void put(const Array& array) {
    out_ += '[';
    for (std::size_t i = 0; i < array.size(); ++i) {
      if (i > 0) out_ += ',';
      write(array[i]);
    }
    out_ += ']';
  }
  void put(const Object& object) {
    const bool looks_wrapped = !plain_ && object.size() == 1 && object[0].first.starts_with('$');
    if (looks_wrapped) out_ += R"({"$map":)";
    out_ += '{';
    for (std::size_t i = 0; i < object.size(); ++i) {
      if (i > 0) out_ += ',';
      append_json_string(object[i].first, out_);
      out_ += ':';
      write(object[i].second);
    }
    out_ += '}';
    if (looks_wrapped) out_ += '}';
  }
  void wrapped(std::string_view type, std::string_view text) {
    if (plain_) return append_json_string(text, out_);
    out_ += fmt::format(R"({{"{}":"{}"}})", type, text);
  }

  std::string& out_;
  bool plain_;
};

/// Levels that the store's own JSON has around a value of a client (a resource's `attributes`, an exemplar in an array)
/// and inside it (`$bytes`): what was deep enough to be taken must be read back.
constexpr int kAround = 5;

std::unexpected<Error> too_deep() {
  return fail(ErrorCode::kMalformed, fmt::format("JSON nested deeper than {}", kMaxValueDepth));
}

/// The value that a one-member object with a `$` key stands for; nullopt when it is an ordinary map.
std::optional<Value> unwrap(const Object& object) {
  if (object.size() != 1) return std::nullopt;
  const auto& [key, value] = object[0];
  if (const auto* map = value.as<Object>(); map != nullptr && key == "$map") return value;
  const auto* text = value.as<std::string>();
  if (text == nullptr) return std::nullopt;
  if (key == "$double") {
    if (*text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (*text == "Infinity") return std::numeric_limits<double>::infinity();
    if (*text == "-Infinity") return -std::numeric_limits<double>::infinity();
  }
  if (key == "$bytes") {
    if (auto bytes = from_base64(*text)) return Bytes{*std::move(bytes)};
  }
  return std::nullopt;
}

/// Makes values of parsed JSON.
class JsonReader {
 public:
  explicit JsonReader(WantedMember wanted) : wanted_(wanted) {}

  Result<Value> read(simdjson::dom::element element, int depth) {
    if (depth > kMaxValueDepth + kAround) return too_deep();
    switch (element.type()) {
      case simdjson::dom::element_type::STRING:
        return Value(std::string(std::string_view(element)));
      case simdjson::dom::element_type::INT64:
        return Value(std::int64_t(element));
      case simdjson::dom::element_type::UINT64:
        return Value(static_cast<double>(std::uint64_t(element)));
      case simdjson::dom::element_type::DOUBLE:
        return Value(double(element));
      case simdjson::dom::element_type::BOOL:
        return Value(bool(element));
      case simdjson::dom::element_type::NULL_VALUE:
        return Value();
      case simdjson::dom::element_type::ARRAY:
        return read_array(simdjson::dom::array(element), depth);
      case simdjson::dom::element_type::OBJECT:
        return read_object(simdjson::dom::object(element), depth);
    }
    return Value();
  }

 private:
  Result<Value> read_array(simdjson::dom::array items, int depth) {
    Array array;
    array.reserve(items.size());
    for (const auto item : items) {
      ASSIGN_OR_RETURN(Value value, read(item, depth + 1));
      array.push_back(std::move(value));
    }
    return Value(std::move(array));
  }

  Result<Value> read_object(simdjson::dom::object members, int depth) {
    Object object;
    object.reserve(members.size());
    for (const auto& [key, member] : members) {
      // A `$map` holds its map as it is: what looks wrapped inside it is not.
      if (key == "$map" && members.size() == 1 && member.is_object()) return read_map(member, depth);
      if (wanted_ != nullptr) {
        path_.push_back(key);
        if (!wanted_(path_)) {
          path_.pop_back();
          RETURN_IF_ERROR(check_depth(member, depth + 1));
          continue;
        }
      }
      ASSIGN_OR_RETURN(Value value, read(member, depth + 1));
      if (wanted_ != nullptr) path_.pop_back();
      object.emplace_back(std::string(key), std::move(value));
    }
    if (auto wrapped = unwrap(object)) return *std::move(wrapped);
    return Value(std::move(object));
  }

  Result<Value> read_map(simdjson::dom::object members, int depth) {
    Object inner;
    inner.reserve(members.size());
    for (const auto& [key, member] : members) {
      ASSIGN_OR_RETURN(Value value, read(member, depth + 1));
      inner.emplace_back(std::string(key), std::move(value));
    }
    return Value(std::move(inner));
  }

  /// What is left out could be read as well.
  static Result<void> check_depth(simdjson::dom::element element, int depth) {
    if (depth > kMaxValueDepth + kAround) return too_deep();
    if (element.is_array()) {
      for (const auto item : simdjson::dom::array(element)) RETURN_IF_ERROR(check_depth(item, depth + 1));
    } else if (element.is_object()) {
      for (const auto& member : simdjson::dom::object(element)) RETURN_IF_ERROR(check_depth(member.value, depth + 1));
    }
    return {};
  }

  WantedMember wanted_;
  std::vector<std::string_view> path_;
};

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && plain_in_json(text[plain])) ++plain;
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const char c = text[0];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
      text.remove_prefix(1);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += c == '\n'   ? "\\n"
             : c == '\t' ? "\\t"
             : c == '\r' ? "\\r"
                         : fmt::format("\\u{:04x}", static_cast<unsigned>(c));
      text.remove_prefix(1);
    } else if (const std::size_t length = utf8_length(text); length > 0) {
      out.append(text.substr(0, length));
      text.remove_prefix(length);
    } else {
      out += "\xEF\xBF\xBD";
      text.remove_prefix(1);
    }
  }
  out += '"';
}

void append_json(const Value& value, std::string& out) { JsonWriter(out, false).write(value); }

std::string to_json(const Value& value) {
  std::string out;
  append_json(value, out);
  return out;
}

std::string to_plain_json(const Value& value) {
  std::string out;
  JsonWriter(out, true).write(value);
  return out;
}

Result<Value> value_from_json(std::string_view json, WantedMember wanted) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::element element;
  if (json.empty()) return fail(ErrorCode::kMalformed, "not JSON: nothing is there");
  if (const auto error = parser.parse(json.data(), json.size()).get(element); error != simdjson::SUCCESS) {
    return fail(ErrorCode::kMalformed, fmt::format("not JSON: {}", simdjson::error_message(error)));
  }
  return JsonReader(wanted).read(element, 0);
}

}  // namespace tetrascope
