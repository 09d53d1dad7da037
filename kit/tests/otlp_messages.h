#pragma once

#include <cstdint>
#include <fstream>
#include <functional>
#include <iterator>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include <protozero/pbf_reader.hpp>

#include "tetrascope/kit/attribute.h"
#include "tetrascope/kit/resource.h"

namespace tetrascope::kit::test {

/// The messages of opentelemetry-proto v1 that hold others. Requests, resources' and scopes' messages have the same
/// numbers in all three signals.
enum class Otlp {
  kLeaf,
  kTraces,
  kLogs,
  kMetrics,
  kResourceSpans,
  kResourceLogs,
  kResourceMetrics,
  kResource,
  kScopeSpans,
  kScopeLogs,
  kScopeMetrics,
  kScope,
  kSpan,
  kEvent,
  kLink,
  kStatus,
  kRecord,
  kMetric,
  kGauge,
  kSum,
  kHistogram,
  kGaugePoint,
  kSumPoint,
  kHistogramPoint,
  kKeyValue,
  kAny
};

/// One field of a message; a test changes what is rightly unlike.
struct OtlpField {
  Otlp message;
  std::uint32_t number;
  protozero::pbf_wire_type type;
  std::uint64_t value = 0;   // varint, fixed32, fixed64
  Otlp inner = Otlp::kLeaf;  // of bytes: what they are
  std::string content;       // of bytes, when they are no message or one that has been written
};
/// False: the field is left out.
using OtlpRule = std::function<bool(OtlpField&)>;

/// The same message with its fields in the order of their numbers and without varints of zero that stand for
/// themselves (Node's serializer differs in both), after `rule`.
std::string canonical(std::string_view body, Otlp message, const OtlpRule& rule);

inline std::string_view text(const protozero::data_view& view) { return {view.data(), view.size()}; }

/// The content of the first field `field`, or empty.
inline std::string_view inside(std::string_view message, std::uint32_t field) {
  protozero::pbf_reader reader(message.data(), message.size());
  return reader.next(field) ? text(reader.get_view()) : std::string_view();
}

/// A file of captures/.
inline std::string captured(const std::string& name) {
  std::ifstream file(std::string(KIT_TESTS) + "/captures/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Attributes of a message as the kit takes them; they point into the message and into `arrays_`.
class ReadAttributes {
 public:
  void add(protozero::pbf_reader key_value) {
    Attribute one;
    while (key_value.next()) {
      if (key_value.tag() == 1) {
        one.key = text(key_value.get_view());
      } else {
        one.value = any(key_value.get_message());
      }
    }
    list_.push_back(one);
  }
  Attributes list() const { return list_; }

 private:
  AttributeValue any(protozero::pbf_reader value) {
    value.next();
    switch (value.tag()) {
      case 1:
        return text(value.get_view());
      case 2:
        return value.get_bool();
      case 3:
        return value.get_int64();
      case 4:
        return value.get_double();
      default: {
        auto& numbers = arrays_.emplace_back();  // the captured arrays hold whole numbers
        for (protozero::pbf_reader array = value.get_message(); array.next();) {
          numbers.push_back(any(array.get_message()).as_int());
        }
        return {numbers.data(), numbers.size()};
      }
    }
  }

  std::vector<Attribute> list_;
  std::list<std::vector<std::int64_t>> arrays_;
};

/// Of ResourceSpans, ResourceLogs or ResourceMetrics; the captured ones hold texts.
inline Resource read_resource(std::string_view of_resource) {
  ReadAttributes read;
  const std::string_view encoded = inside(of_resource, 1);
  for (protozero::pbf_reader each(encoded.data(), encoded.size()); each.next(1);) read.add(each.get_message());
  Resource resource;
  for (const Attribute& each : read.list()) resource.set(each.key, std::string(each.value.as_string()));
  return resource;
}

}  // namespace tetrascope::kit::test
