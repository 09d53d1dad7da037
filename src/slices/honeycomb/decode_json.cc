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

simdjson::error_code parse(std::string_view body, simdjson::dom::element& element) {
  thread_local simdjson::dom::parser parser;
  return parser.parse(body.data(), body.size()).get(element);
}

/// What the parser says of an integer that has no 64 bits, though it is JSON; also of what is no number.
bool may_be_large(simdjson::error_code error) {
  return error == simdjson::NUMBER_ERROR || error == simdjson::NUMBER_OUT_OF_RANGE;
}

}  // namespace

Result<Value> value_from_event_json(std::string_view body) {
  simdjson::dom::element element;
  const auto error = parse(body, element);
  if (may_be_large(error)) return value_from_large_number_json(body);
  if (error != simdjson::SUCCESS) return fail(ErrorCode::kMalformed, std::string(kMalformedEvent));
  return read(element, 0);
}

Result<std::vector<Result<Value>>> items_from_json(std::string_view body) {
  simdjson::dom::element element;
  const auto error = parse(body, element);
  if (may_be_large(error)) return items_from_large_number_json(body);
  if (error != simdjson::SUCCESS) return fail(ErrorCode::kMalformed, std::string(kMalformedEvent));
  if (!element.is_array()) return fail(ErrorCode::kMalformed, std::string(kMalformedEvent));
  std::vector<Result<Value>> items;
  for (const auto item : simdjson::dom::array(element)) items.push_back(read(item, -1));
  return items;
}

}  // namespace tetrascope::honeycomb
