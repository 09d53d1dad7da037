// What other SDKs of OpenTelemetry sent of their instruments, beside what the kit sends for the same values.
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "otlp_messages.h"
#include "test_server.h"
#include "tetrascope/kit/metrics.h"

namespace tetrascope::kit {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;
using test::canonical;
using test::inside;
using test::Otlp;
using test::text;

std::uint64_t bits_of(double value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

bool is_point(Otlp message) {
  return message == Otlp::kGaugePoint || message == Otlp::kSumPoint || message == Otlp::kHistogramPoint;
}

/// Unlike by right: the times, which are the exporters' own (a gauge's beginning, which Node alone tells, is left out);
/// whole numbers, which the kit's instruments count in doubles; the schema that Go names.
bool but_for_times(test::OtlpField& field) {
  if (is_point(field.message) && (field.number == 2 || field.number == 3)) field.value = 0;
  if (field.message == Otlp::kGaugePoint && field.number == 2) return false;
  const bool number = field.message == Otlp::kGaugePoint || field.message == Otlp::kSumPoint;
  if (number && field.number == 6) {
    field.number = 4;
    field.value = bits_of(static_cast<double>(static_cast<std::int64_t>(field.value)));
  }
  return (field.message != Otlp::kResourceMetrics && field.message != Otlp::kScopeMetrics) || field.number != 3;
}

/// Of a point: a number, or a histogram's sum, which is its one value.
double value_of(std::string_view point, bool histogram) {
  pbf_reader reader(point.data(), point.size());
  while (reader.next()) {
    const bool is_double = reader.wire_type() == pbf_wire_type::fixed64 && reader.tag() == (histogram ? 5U : 4U);
    if (is_double) return reader.get_double();
    if (!histogram && reader.tag() == 6) return static_cast<double>(reader.get_sfixed64());
    reader.skip();
  }
  return 0;
}

/// Does with the kit's meter what was done with the SDK's.
void repeat(Meter& meter, std::string_view metric) {
  const std::string name(inside(metric, 1));
  const std::string unit(inside(metric, 3));
  const std::string_view gauge = inside(inside(metric, 5), 1);
  const std::string_view sum = inside(inside(metric, 7), 1);
  const std::string_view histogram = inside(inside(metric, 9), 1);
  test::ReadAttributes attributes;
  for (pbf_reader read(histogram.data(), histogram.size()); read.next(9);) attributes.add(read.get_message());
  if (!gauge.empty()) meter.gauge(name, unit).set(value_of(gauge, false));
  if (!sum.empty()) meter.counter(name, unit).add(value_of(sum, false));
  if (!histogram.empty()) meter.histogram(name, unit).record(value_of(histogram, true), attributes.list());
}

TEST(Metrics, AreWhatOtherSdksSendForTheSameValuesByteForByte) {
  for (const char* sdk : {"python", "node", "go", "java"}) {
    SCOPED_TRACE(sdk);
    const std::string captured = test::captured(std::string("otlp_metrics_") + sdk + ".bin");
    const std::string_view resource_metrics = inside(captured, 1);
    const std::string_view scope_metrics = inside(resource_metrics, 2);
    const std::string_view scope = inside(scope_metrics, 1);
    test::TestServer server;
    MetricsOptions options;
    options.resource = test::read_resource(resource_metrics);
    options.otlp = OtlpHttpOptions();
    options.otlp.url = server.url("/v1/metrics");
    options.process_metrics = false;
    options.version = inside(scope, 2);
    Meter meter(std::string(inside(scope, 1)), options);
    std::size_t metrics = 0;
    for (pbf_reader read(scope_metrics.data(), scope_metrics.size()); read.next(2); ++metrics) {
      repeat(meter, text(read.get_view()));
    }
    ASSERT_GE(metrics, 1U);
    ASSERT_TRUE(meter.flush());
    const auto received = server.received();
    ASSERT_EQ(received.size(), 1U);
    EXPECT_EQ(received[0].method + " " + received[0].path, "POST /v1/metrics");
    EXPECT_EQ(received[0].headers.at("content-type"), "application/x-protobuf");
    const auto same = [](test::OtlpField&) { return true; };
    // Attributes, numbered 7 and 9, are a series' key and stand first.
    EXPECT_EQ(canonical(received[0].body, Otlp::kMetrics, same).size(), received[0].body.size());
    EXPECT_EQ(canonical(received[0].body, Otlp::kMetrics, but_for_times),
              canonical(captured, Otlp::kMetrics, but_for_times));
  }
}

}  // namespace
}  // namespace tetrascope::kit
