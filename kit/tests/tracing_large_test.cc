// Spans that hold much, and exporters that fail in ways of their own.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "otlp_reader.h"
#include "test_server.h"
#include "tetrascope/kit/diagnostics.h"
#include "tetrascope/kit/tracing.h"

namespace tetrascope::kit {
namespace {

using test::TestServer;

constexpr std::size_t kMiB = std::size_t{1024} * 1024;

TracingOptions to(const std::string& url) {
  TracingOptions options;
  OtlpHttpOptions otlp;
  otlp.url = url;
  otlp.gzip = false;
  otlp.retry_for_ms = 0;
  options.exporters.push_back(make_otlp_exporter(otlp));
  options.batch.schedule_delay_ms = 60'000;
  return options;
}

class TracingTrouble : public testing::Test {
 protected:
  void SetUp() override {
    set_diagnostics([](std::string_view) {});
  }
  void TearDown() override { set_diagnostics(nullptr); }
};

TEST_F(TracingTrouble, LargeSpansAreBoundedInBytesWhileNobodyTakesThem) {
  TracingOptions options = to("http://127.0.0.1:" + std::to_string(test::dead_port()));
  options.batch.queue_bytes = kMiB;
  TracerProvider provider(std::move(options));
  const std::string text(100'000, 'x');
  for (int i = 0; i < 100; ++i) provider.tracer("t").start_span("large").set_attribute("text", text).end();
  EXPECT_EQ(provider.stats().dropped, 90U);
  provider.tracer("t").start_span("small").end();
  EXPECT_EQ(provider.stats().dropped, 90U) << "small ones need no such room";
  provider.flush();
  EXPECT_EQ(provider.stats().failed, 11U);
  provider.tracer("t").start_span("large").set_attribute("text", text).end();
  EXPECT_EQ(provider.stats().dropped, 90U) << "what has gone leaves its room";
}

TEST_F(TracingTrouble, LargeSpansGoWithFewOthersSoThatARefusalCostsLittle) {
  TestServer server([](const test::Received& request) {
    return request.body.size() > 5 * kMiB ? test::Reply{413, {}, "", 0, -1} : test::Reply();
  });
  TracerProvider provider(to(server.url("/v1/traces")));
  Tracer tracer = provider.tracer("t");
  for (const std::size_t mib : {3, 3, 10, 1, 1}) {
    tracer.start_span("small").end();
    tracer.start_span("large").set_attribute("text", std::string(mib * kMiB, 'x')).end();
  }
  ASSERT_TRUE(provider.flush(30'000));
  EXPECT_EQ(provider.stats().exported, 9U);
  EXPECT_EQ(provider.stats().failed, 1U) << "that of 10 MiB alone";
  std::size_t spans = 0;
  for (const test::Received& each : server.received()) spans += test::read_request(each.body).spans.size();
  EXPECT_EQ(spans, 10U);
}

TEST_F(TracingTrouble, SpansOfMoreThanTheirRoomHaveEmptyValues) {
  TestServer server;
  TracerProvider provider(to(server.url("/v1/traces")));
  Span span = provider.tracer("t").start_span("s");
  const std::string text(kMiB, 'x');
  for (int i = 0; i < 100; ++i) span.set_attribute("replaced", text);
  span.set_attribute("small", "y");
  span.end();
  ASSERT_TRUE(provider.flush(30'000));
  EXPECT_EQ(provider.stats().dropped, 0U);
  const auto all = server.received();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(test::read_request(all[0].body).spans.at(0).attributes.at("replaced"), "");
  EXPECT_EQ(test::read_request(all[0].body).spans.at(0).attributes.at("small"), "y");
}

class Throwing final : public SpanExporter {
 public:
  void start(const Resource&) override {}
  ExportCounts export_batch(const SpanBatch&, Deadline&) override { throw std::runtime_error("no disk"); }
};

TEST_F(TracingTrouble, SpansOfAnExporterThatThrowsAreCounted) {
  std::string said;
  set_diagnostics([&](std::string_view text) {
    said += text;
    throw std::logic_error("of the program's own");
  });
  TracingOptions options;
  options.exporters.push_back(std::make_unique<Throwing>());
  TracerProvider provider(std::move(options));
  for (int i = 0; i < 2; ++i) {
    provider.tracer("t").start_span("s").end();
    ASSERT_TRUE(provider.flush());
  }
  EXPECT_EQ(provider.stats().failed, 2U);
  EXPECT_NE(said.find("no disk"), std::string::npos);
  EXPECT_EQ(said.find("no disk"), said.rfind("no disk")) << "once";
}

}  // namespace
}  // namespace tetrascope::kit
