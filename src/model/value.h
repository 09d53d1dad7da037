#pragma once
// One value of telemetry: what an attribute, a log body or a cell of an answer can hold.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace tetrascope {

struct Value;
/// Raw bytes, kept apart from text so that their type survives.
struct Bytes {
  std::string data;
  friend bool operator==(const Bytes&, const Bytes&) = default;
};
using Array = std::vector<Value>;
/// Members in the order in which they came; a key may come twice.
using Object = std::vector<std::pair<std::string, Value>>;

/// std::monostate is "no value": OTLP's AnyValue without a member, JSON's null, SQL's NULL.
struct Value {
  using Variant = std::variant<std::monostate, bool, std::int64_t, double, std::string, Bytes, Array, Object>;
  Variant data;

  Value() = default;
  template <class T>
    requires(!std::same_as<std::remove_cvref_t<T>, Value>) && std::constructible_from<Variant, T>
  Value(T&& value) : data(std::forward<T>(value)) {}  // NOLINT(google-explicit-constructor): a Value is its content

  [[nodiscard]] bool missing() const { return std::holds_alternative<std::monostate>(data); }
  template <class T>
  [[nodiscard]] const T* as() const {
    return std::get_if<T>(&data);
  }
  friend bool operator==(const Value& a, const Value& b) { return a.data == b.data; }
};

/// Nesting that is read or written anywhere: attributes, bodies, JSON. Deeper input is kMalformed.
inline constexpr int kMaxValueDepth = 64;

/// The store's own JSON for values, from which the types come back:
///   text "a", integer 4, double 1.5 (always with a point or an exponent), true, null, array [..], map {..},
///   bytes {"$bytes":"base64"}, a double that JSON lacks {"$double":"NaN"|"Infinity"|"-Infinity"},
///   and a map whose only key begins with `$` as {"$map":{..}}.
/// Text that is not UTF-8 gets U+FFFD for each offending byte: JSON cannot carry it.
void append_json(const Value& value, std::string& out);
std::string to_json(const Value& value);
/// Writes a JSON string literal, quotes included.
void append_json_string(std::string_view text, std::string& out);
/// Of a document that holds much beside what is asked of it: whether a member is read. `path`: the keys from the root
/// to the member, its own the last; lists on the way have none.
using WantedMember = bool (*)(std::span<const std::string_view> path);
/// Reads what to_json wrote (and any other JSON: integers outside int64 become doubles). Members that are not wanted
/// are left out, but must be JSON too, and no deeper than others. Errors: kMalformed.
Result<Value> value_from_json(std::string_view json, WantedMember wanted = nullptr);

/// JSON as people outside expect it, for Honeycomb columns, log bodies and the page: bytes are base64 text,
/// NaN and infinities the text OTLP gives them. Types do not survive it.
std::string to_plain_json(const Value& value);

}  // namespace tetrascope
