#include "slices/honeycomb/request_body.h"

#include "slices/honeycomb/decode.h"
#include "slices/honeycomb/refusals.h"

namespace tetrascope::honeycomb {

Result<Object> read_body_object(const Request& request) {
  auto value = value_from_event_json(request.body);
  if (!value)
    return fail(ErrorCode::kMalformed, "the request body is not JSON, or holds a number that no double can hold");
  auto* object = std::get_if<Object>(&value->data);
  if (object == nullptr) return fail(ErrorCode::kMalformed, "the request body is not a JSON object");
  return std::move(*object);
}

Response refuse_fields(Middle& middle, const Request& request, const std::vector<FieldProblem>& problems) {
  count_refusal(middle, request, ErrorCode::kInvalid, problems.front().field + ": " + problems.front().description, 0);
  return validation_failed(request, problems);
}

const Value* BodyReader::member(std::string_view name) const {
  const Value* last = nullptr;
  for (const auto& [key, value] : object_) {
    if (key == name && !value.missing()) last = &value;
  }
  return last;
}

std::optional<std::string> BodyReader::text(std::string_view name) {
  const Value* value = member(name);
  if (value == nullptr) return std::nullopt;
  if (const auto* found = value->as<std::string>()) return *found;
  problem(name, "incorrect_type", "must be a string");
  return std::nullopt;
}

std::optional<bool> BodyReader::flag(std::string_view name) {
  const Value* value = member(name);
  if (value == nullptr) return std::nullopt;
  if (const auto* found = value->as<bool>()) return *found;
  problem(name, "incorrect_type", "must be true or false");
  return std::nullopt;
}

std::optional<std::int64_t> BodyReader::integer(std::string_view name) {
  const Value* value = member(name);
  if (value == nullptr) return std::nullopt;
  if (const auto* found = value->as<std::int64_t>()) return *found;
  problem(name, "incorrect_type", "must be a whole number");
  return std::nullopt;
}

const Object* BodyReader::object(std::string_view name) {
  const Value* value = member(name);
  if (value == nullptr) return nullptr;
  if (const auto* found = value->as<Object>()) return found;
  problem(name, "incorrect_type", "must be an object");
  return nullptr;
}

}  // namespace tetrascope::honeycomb
