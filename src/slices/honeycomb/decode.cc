#include "slices/honeycomb/decode.h"

#include <utility>

namespace tetrascope::honeycomb {
namespace {

ErrorCode code_of(std::string_view refusal) {
  if (refusal == kEventTooLarge) return ErrorCode::kTooLarge;
  return refusal == kMalformedEvent ? ErrorCode::kMalformed : ErrorCode::kInvalid;
}

EventResult refused(std::string_view why) { return {.event = {}, .refused = why}; }

/// One element of a batch: {time, samplerate, data}; members of other names are ignored.
EventResult read_item(Result<Value> item) {
  if (!item) return refused(kMalformedEvent);
  auto* members = std::get_if<Object>(&item->data);
  if (members == nullptr) return refused(kMalformedEvent);
  EventResult result;
  for (auto& [key, value] : *members) {
    if (key == "time") {
      const auto time = event_time(value);
      if (!time) return refused(kMalformedEvent);
      result.event.time = *time;
    } else if (key == "samplerate") {
      result.event.sample_rate = sample_rate(value);
    } else if (key == "data" && !value.missing()) {
      auto* data = std::get_if<Object>(&value.data);
      if (data == nullptr) return refused(kMalformedEvent);
      result.event.data = std::move(*data);
    }
  }
  result.refused = tidy_data(result.event.data);
  return result;
}

}  // namespace

Result<std::vector<EventResult>> decode_batch(std::string_view body, BodyFormat format) {
  ASSIGN_OR_RETURN(auto items, format == BodyFormat::kMsgpack ? items_from_msgpack(body) : items_from_json(body));
  std::vector<EventResult> results;
  results.reserve(items.size());
  for (auto& item : items) results.push_back(read_item(std::move(item)));
  return results;
}

Result<Event> decode_event(std::string_view body, BodyFormat format) {
  if (body.empty()) return fail(ErrorCode::kInvalid, std::string(kEmptyEvent));
  ASSIGN_OR_RETURN(Value value,
                   format == BodyFormat::kMsgpack ? value_from_msgpack(body) : value_from_event_json(body));
  auto* data = std::get_if<Object>(&value.data);
  if (data == nullptr) return fail(ErrorCode::kMalformed, std::string(kMalformedEvent));
  Event event;
  event.data = std::move(*data);
  if (const auto refusal = tidy_data(event.data); !refusal.empty()) return fail(code_of(refusal), std::string(refusal));
  return event;
}

}  // namespace tetrascope::honeycomb
