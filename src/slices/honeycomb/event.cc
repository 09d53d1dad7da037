#include "slices/honeycomb/event.h"

#include <algorithm>
#include <numeric>
#include <variant>

namespace tetrascope::honeycomb {
namespace {

/// Cuts text to at most kMaxTextBytes, never through a character.
void cut_text(std::string& text) {
  if (text.size() <= kMaxTextBytes) return;
  std::size_t length = kMaxTextBytes;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80) --length;
  text.resize(length);
}

std::size_t data_bytes(const Value& value);
std::size_t data_bytes(const Object& object) {
  std::size_t bytes = 2;
  for (const auto& [key, value] : object) bytes += key.size() + 4 + data_bytes(value);
  return bytes;
}
/// About the bytes of the value as JSON: the limit is on that form, whichever the event came in.
std::size_t data_bytes(const Value& value) {
  if (const auto* text = value.as<std::string>()) return text->size() + 2;
  if (const auto* bytes = value.as<Bytes>()) return bytes->data.size() + 2;
  if (const auto* object = value.as<Object>()) return data_bytes(*object);
  if (const auto* array = value.as<Array>()) {
    return std::accumulate(array->begin(), array->end(), std::size_t{2},
                           [](std::size_t sum, const Value& item) { return sum + 1 + data_bytes(item); });
  }
  return 1;
}

/// Of a key that came twice, as every JSON reader has it, the last value counts; the order of the rest stays.
void drop_repeated_keys(Object& data) {
  std::vector<std::size_t> order(data.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    const int compared = data[a].first.compare(data[b].first);
    return compared != 0 ? compared < 0 : a < b;
  });
  for (std::size_t i = 1; i < order.size(); ++i) {
    auto& earlier = data[order[i - 1]];
    if (earlier.first == data[order[i]].first) earlier.second = Value();
  }
}

}  // namespace

BodyFormat body_format(std::string_view content_type) {
  return content_type == "application/msgpack" || content_type == "application/x-msgpack" ? BodyFormat::kMsgpack
                                                                                          : BodyFormat::kJson;
}

std::string_view tidy_data(Object& data) {
  if (data.empty()) return kEmptyEvent;
  if (data.size() > kMaxFields) return kTooManyFields;
  if (data_bytes(data) > kMaxEventBody) return kEventTooLarge;
  drop_repeated_keys(data);
  std::erase_if(data, [](const auto& member) { return member.first.empty() || member.second.missing(); });
  for (auto& [key, value] : data) {
    cut_text(key);
    if (auto* text = std::get_if<std::string>(&value.data)) {
      cut_text(*text);
    } else if (value.as<Object>() != nullptr || value.as<Array>() != nullptr) {
      std::string json = to_plain_json(value);
      if (json.size() <= kMaxTextBytes) continue;
      cut_text(json);
      value = Value(std::move(json));
    }
  }
  return {};
}

}  // namespace tetrascope::honeycomb
