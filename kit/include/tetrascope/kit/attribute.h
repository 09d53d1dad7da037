#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "tetrascope/kit/stacktrace.h"

namespace tetrascope::kit {

/// kStack: addresses that an exporter turns into a text, by Stacktrace::text_of.
enum class ValueType : std::uint8_t { kBool, kInt, kDouble, kString, kBools, kInts, kDoubles, kStrings, kStack };

/// A borrowed attribute value: one of OpenTelemetry's types. What it points to need live only until the call that takes
/// it returns. An array of strings is an array of string_views.
class AttributeValue {
 public:
  AttributeValue() noexcept : AttributeValue(std::string_view()) {}
  template <typename T, std::enable_if_t<std::is_same_v<T, bool>, int> = 0>
  AttributeValue(T value) noexcept : type_(ValueType::kBool) {
    of_.boolean = value;
  }
  template <typename T, std::enable_if_t<std::is_integral_v<T> && !std::is_same_v<T, bool>, char> = 0>
  AttributeValue(T value) noexcept : type_(ValueType::kInt) {
    of_.integer = static_cast<std::int64_t>(value);
  }
  template <typename T, std::enable_if_t<std::is_floating_point_v<T>, long> = 0>
  AttributeValue(T value) noexcept : type_(ValueType::kDouble) {
    of_.number = static_cast<double>(value);
  }
  AttributeValue(std::string_view value) noexcept : AttributeValue(ValueType::kString, value.data(), value.size()) {}
  AttributeValue(const char* value) noexcept : AttributeValue(std::string_view(value == nullptr ? "" : value)) {}
  AttributeValue(const std::string& value) noexcept : AttributeValue(std::string_view(value)) {}
  /// Arrays; `values` is borrowed.
  AttributeValue(const bool* values, std::size_t count) noexcept : AttributeValue(ValueType::kBools, values, count) {}
  AttributeValue(const std::int64_t* values, std::size_t count) noexcept
      : AttributeValue(ValueType::kInts, values, count) {}
  AttributeValue(const double* values, std::size_t count) noexcept
      : AttributeValue(ValueType::kDoubles, values, count) {}
  AttributeValue(const std::string_view* values, std::size_t count) noexcept
      : AttributeValue(ValueType::kStrings, values, count) {}
  AttributeValue(const std::vector<std::int64_t>& values) noexcept : AttributeValue(values.data(), values.size()) {}
  AttributeValue(const std::vector<double>& values) noexcept : AttributeValue(values.data(), values.size()) {}
  AttributeValue(const std::vector<std::string_view>& values) noexcept : AttributeValue(values.data(), values.size()) {}

  AttributeValue(const Stacktrace& stack) noexcept
      : AttributeValue(ValueType::kStack, stack.addresses().data(), stack.addresses().size()) {}

  ValueType type() const noexcept { return type_; }
  bool as_bool() const noexcept { return of_.boolean; }
  std::int64_t as_int() const noexcept { return of_.integer; }
  double as_double() const noexcept { return of_.number; }
  std::string_view as_string() const noexcept { return {static_cast<const char*>(of_.data), count_}; }
  /// Of an array; its elements are at `array<T>()`: bool, int64_t, double or string_view.
  std::size_t count() const noexcept { return count_; }
  template <typename T>
  const T* array() const noexcept {
    return static_cast<const T*>(of_.data);
  }

 private:
  friend class FinishedSpan;
  AttributeValue(ValueType type, const void* data, std::size_t count) noexcept
      : count_(static_cast<std::uint32_t>(count)), type_(type) {
    of_.data = data;
  }

  union {
    bool boolean;
    std::int64_t integer;
    double number;
    const void* data;
  } of_{};
  std::uint32_t count_ = 0;  // bytes of a string, elements of an array
  ValueType type_;
};

struct Attribute {
  std::string_view key;
  AttributeValue value;
};

/// Several attributes, borrowed, as an argument: `span.add_event("retry", {{"attempt", 2}, {"host", name}})`. To keep
/// them past the full expression, build on an array or vector that lives as long.
class Attributes {
 public:
  Attributes() noexcept = default;
  Attributes(std::initializer_list<Attribute> list) noexcept {
    data_ = list.begin();
    size_ = list.size();
  }
  Attributes(const std::vector<Attribute>& list) noexcept : data_(list.data()), size_(list.size()) {}
  Attributes(const Attribute* data, std::size_t size) noexcept : data_(data), size_(size) {}

  const Attribute* begin() const noexcept { return data_; }
  const Attribute* end() const noexcept { return data_ + size_; }
  std::size_t size() const noexcept { return size_; }

 private:
  const Attribute* data_ = nullptr;
  std::size_t size_ = 0;
};

/// A value that owns what it holds, for what lives long: resources, metric labels.
using OwnedValue = std::variant<std::string, bool, std::int64_t, double, std::vector<std::string>>;
using OwnedAttributes = std::vector<std::pair<std::string, OwnedValue>>;

}  // namespace tetrascope::kit
