#include "otlp_messages.h"

#include <algorithm>
#include <utility>

#include <protozero/pbf_writer.hpp>

namespace tetrascope::kit::test {
namespace {

using protozero::pbf_wire_type;

/// The message in field `number` of `message`. Source: opentelemetry-proto v1, trace.proto, logs.proto, metrics.proto,
/// common.proto.
Otlp message_in(Otlp message, std::uint32_t number) {
  struct Nested {
    Otlp message;
    std::uint32_t number;
    Otlp inner;
  };
  using enum Otlp;
  constexpr Nested all[] = {{kTraces, 1, kResourceSpans},
                            {kLogs, 1, kResourceLogs},
                            {kMetrics, 1, kResourceMetrics},
                            {kResourceSpans, 1, kResource},
                            {kResourceLogs, 1, kResource},
                            {kResourceMetrics, 1, kResource},
                            {kResourceSpans, 2, kScopeSpans},
                            {kResourceLogs, 2, kScopeLogs},
                            {kResourceMetrics, 2, kScopeMetrics},
                            {kResource, 1, kKeyValue},
                            {kScopeSpans, 1, kScope},
                            {kScopeLogs, 1, kScope},
                            {kScopeMetrics, 1, kScope},
                            {kScopeSpans, 2, kSpan},
                            {kScopeLogs, 2, kRecord},
                            {kScopeMetrics, 2, kMetric},
                            {kSpan, 9, kKeyValue},
                            {kSpan, 11, kEvent},
                            {kSpan, 13, kLink},
                            {kSpan, 15, kStatus},
                            {kEvent, 3, kKeyValue},
                            {kLink, 4, kKeyValue},
                            {kRecord, 5, kAny},
                            {kRecord, 6, kKeyValue},
                            {kMetric, 5, kGauge},
                            {kMetric, 7, kSum},
                            {kMetric, 9, kHistogram},
                            {kGauge, 1, kGaugePoint},
                            {kSum, 1, kSumPoint},
                            {kHistogram, 1, kHistogramPoint},
                            {kGaugePoint, 7, kKeyValue},
                            {kSumPoint, 7, kKeyValue},
                            {kHistogramPoint, 9, kKeyValue},
                            {kKeyValue, 2, kAny}};
  for (const Nested& each : all) {
    if (each.message == message && each.number == number) return each.inner;
  }
  return kLeaf;
}

std::string written(const OtlpField& field) {
  std::string bytes;
  protozero::pbf_writer out(bytes);
  switch (field.type) {
    case pbf_wire_type::varint:
      out.add_uint64(field.number, field.value);
      break;
    case pbf_wire_type::fixed64:
      out.add_fixed64(field.number, field.value);
      break;
    case pbf_wire_type::fixed32:
      out.add_fixed32(field.number, static_cast<std::uint32_t>(field.value));
      break;
    default:
      out.add_message(field.number, field.content);
  }
  return bytes;
}

}  // namespace

std::string canonical(std::string_view body, Otlp message, const OtlpRule& rule) {
  std::vector<std::pair<std::uint32_t, std::string>> fields;
  protozero::pbf_reader reader(body.data(), body.size());
  while (reader.next()) {
    OtlpField field{message, reader.tag(), reader.wire_type(), 0, Otlp::kLeaf, {}};
    if (field.type == pbf_wire_type::varint) {
      field.value = reader.get_uint64();
      if (field.value == 0 && message != Otlp::kAny) continue;
    } else if (field.type == pbf_wire_type::fixed64) {
      field.value = reader.get_fixed64();
    } else if (field.type == pbf_wire_type::fixed32) {
      field.value = reader.get_fixed32();
    } else {
      const std::string_view data = text(reader.get_view());
      field.inner = message_in(message, field.number);
      field.content = field.inner == Otlp::kLeaf ? std::string(data) : canonical(data, field.inner, rule);
    }
    if (rule(field)) fields.emplace_back(field.number, written(field));
  }
  std::stable_sort(fields.begin(), fields.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string out;
  for (const auto& [number, bytes] : fields) out += bytes;
  return out;
}

}  // namespace tetrascope::kit::test
