// Events out of JSON.

#include <simdjson.h>

#include "slices/honeycomb/decode.h"

namespace tetrascope::honeycomb {
namespace {

using simdjson::dom::element_type;

/// Errors: kMalformed (nesting over kMaxDataDepth).
Result<Value> read(simdjson::dom::element element, int depth) {
  if (depth > kMaxDataDepth) return fail(ErrorCode::kMalformed, std::string(kMalformedEvent));
  switch (element.type()) {
    case element_type::STRING:
      return Value(std::string(std::string_view(element)));
    case element_type::INT64:
      return Value(std::int64_t(element));
    case element_type::UINT64:
      return Value(static_cast<double>(std::uint64_t(element)));
    case element_type::DOUBLE:
      return Value(double(element));
    case element_type::BOOL:
      return Value(bool(element));
    case element_type::NULL_VALUE:
      return Value();
    case element_type::ARRAY: {
      Array array;
      for (const auto item : simdjson::dom::array(element)) {
        ASSIGN_OR_RETURN(Value value, read(item, depth + 1));
        array.push_back(std::move(value));
      }
      return Value(std::move(array));
    }
    case element_type::OBJECT: {
      Object object;
      for (const auto& [key, member] : simdjson::dom::object(element)) {
        ASSIGN_OR_RETURN(Value value, read(member, depth + 1));
        object.emplace_back(std::string(key), std::move(value));
      }
      return Value(std::move(object));
    }
  }
  return Value();
}

Result<simdjson::dom::element> parse(std::string_view body) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::element element;
  if (parser.parse(body.data(), body.size()).get(element) != simdjson::SUCCESS) {
    return fail(ErrorCode::kMalformed, std::string(kMalformedEvent));
  }
  return element;
}

}  // namespace

Result<Value> value_from_event_json(std::string_view body) {
  ASSIGN_OR_RETURN(const auto element, parse(body));
  return read(element, 0);
}

Result<std::vector<Result<Value>>> items_from_json(std::string_view body) {
  ASSIGN_OR_RETURN(const auto element, parse(body));
  if (!element.is_array()) return fail(ErrorCode::kMalformed, std::string(kMalformedEvent));
  std::vector<Result<Value>> items;
  for (const auto item : simdjson::dom::array(element)) items.push_back(read(item, -1));
  return items;
}

}  // namespace tetrascope::honeycomb
