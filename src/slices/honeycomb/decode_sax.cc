// Events out of msgpack, and out of JSON with integers beyond 64 bits, by nlohmann's event reader. That reader calls
// itself for every level, so the handler ends it at the depth bound.

#include <cstdint>

#include <nlohmann/json.hpp>

#include "slices/honeycomb/decode.h"

namespace tetrascope::honeycomb {
namespace {

using Json = nlohmann::json;

/// The extension type of a timestamp, -1, as the library shows it: one unsigned byte.
constexpr std::uint64_t kTimestampExtension = 0xFF;

/// Builds one Value; the elements of a top-level array stand one level above an event's data, and the event in between.
class ValueBuilder : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return put(Value()); }
  bool boolean(bool flag) override { return put(flag); }
  bool number_integer(std::int64_t number) override { return put(number); }
  bool number_unsigned(std::uint64_t number) override {
    if (number <= static_cast<std::uint64_t>(INT64_MAX)) return put(static_cast<std::int64_t>(number));
    return put(static_cast<double>(number));
  }
  bool number_float(double number, const std::string& /*text*/) override { return put(number); }
  bool string(std::string& text) override { return put(std::move(text)); }
  bool binary(Json::binary_t& bytes) override {
    std::string data(bytes.begin(), bytes.end());
    if (bytes.has_subtype() && bytes.subtype() == kTimestampExtension) {
      if (const auto time = msgpack_time(data)) return put(format_time(*time));
      return false;
    }
    return put(Bytes{std::move(data)});
  }
  // The counts are the client's word: nothing is reserved by them.
  bool start_object(std::size_t /*members*/) override { return open(Object{}); }
  bool key(std::string& text) override {
    keys_.back() = std::move(text);
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t /*items*/) override { return open(Array{}); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override { return false; }

  Value take() && { return std::move(done_); }

 private:
  static constexpr std::size_t kMaxDepth = kMaxDataDepth + 2;

  bool open(Value container) {
    if (open_.size() >= kMaxDepth) return false;
    open_.push_back(std::move(container));
    keys_.emplace_back();
    return true;
  }
  bool close() {
    Value closed = std::move(open_.back());
    open_.pop_back();
    keys_.pop_back();
    return put(std::move(closed));
  }
  bool put(Value value) {
    if (open_.empty()) {
      done_ = std::move(value);
    } else if (auto* array = std::get_if<Array>(&open_.back().data)) {
      array->push_back(std::move(value));
    } else {
      std::get<Object>(open_.back().data).emplace_back(std::move(keys_.back()), std::move(value));
    }
    return true;
  }

  std::vector<Value> open_;
  std::vector<std::string> keys_;  // of open_, the key that waits for its value
  Value done_;
};

Result<Value> value_from(std::string_view body, Json::input_format_t format) {
  ValueBuilder builder;
  if (!Json::sax_parse(body.begin(), body.end(), &builder, format)) {
    return fail(ErrorCode::kMalformed, std::string(kMalformedEvent));
  }
  return std::move(builder).take();
}

Result<std::vector<Result<Value>>> items_from(std::string_view body, Json::input_format_t format) {
  ASSIGN_OR_RETURN(Value value, value_from(body, format));
  auto* array = std::get_if<Array>(&value.data);
  if (array == nullptr) return fail(ErrorCode::kMalformed, std::string(kMalformedEvent));
  std::vector<Result<Value>> items;
  items.reserve(array->size());
  for (auto& item : *array) items.emplace_back(std::move(item));
  return items;
}

}  // namespace

Result<Value> value_from_msgpack(std::string_view body) { return value_from(body, Json::input_format_t::msgpack); }

Result<Value> value_from_large_number_json(std::string_view body) {
  return value_from(body, Json::input_format_t::json);
}

Result<std::vector<Result<Value>>> items_from_msgpack(std::string_view body) {
  return items_from(body, Json::input_format_t::msgpack);
}

Result<std::vector<Result<Value>>> items_from_large_number_json(std::string_view body) {
  return items_from(body, Json::input_format_t::json);
}

}  // namespace tetrascope::honeycomb
