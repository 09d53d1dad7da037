// What the exporter keeps while it waits for segments to end.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tetrascope/kit/diagnostics.h"
#include "tetrascope/kit/tracing.h"
#include "tetrascope/kit/xray.h"
#include "xray_daemon.h"

namespace tetrascope::kit {
namespace {

using nlohmann::json;
using Daemon = test::XrayDaemon;

TracingOptions to(const Daemon& daemon, long in_progress_after_ms = 1'000) {
  XrayOptions xray;
  xray.annotations = {"*"};
  xray.daemon = daemon.address();
  xray.in_progress_after_ms = in_progress_after_ms;
  TracingOptions options;
  options.resource = Resource().set("service.name", "backend-flask");
  options.exporters.push_back(make_xray_exporter(xray));
  return options;
}

TEST(XrayBounds, SegmentsThatNeverEndDoNotHideThoseThatComeLater) {
  Daemon daemon;
  TracerProvider provider(to(daemon, 0));
  Tracer tracer = provider.tracer("t");
  std::vector<Span> never;
  std::size_t shown = 0;
  for (int round = 0; round < 11; ++round) {
    for (int i = 0; i < 100; ++i) never.push_back(tracer.start_span("s", SpanKind::kServer));
    ASSERT_TRUE(provider.flush());
    shown += daemon.documents().size();
  }
  EXPECT_EQ(shown, 1'100U);
}

TEST(XrayBounds, WhatIsDroppedIsCountedOnceASpan) {
  set_diagnostics([](std::string_view) {});
  Daemon daemon;
  TracingOptions options = to(daemon, 0);
  options.batch.queue_spans = 8;
  options.batch.batch_spans = 8;
  {
    TracerProvider provider(std::move(options));
    for (int i = 0; i < 20'000; ++i) provider.tracer("t").start_span("s", SpanKind::kServer).end();
    provider.flush();
    const TracingStats stats = provider.stats();
    EXPECT_GT(stats.dropped, 0U);
    EXPECT_EQ(stats.exported + stats.failed + stats.dropped, stats.ended) << "not their starts, too";
  }
  set_diagnostics(nullptr);
}

/// As large as the bounds of its parts let it become.
void fill(Span& span, int exceptions) {
  std::string stack;
  for (int i = 0; i < 50; ++i) stack += "at " + std::string(1'000, 'f') + " (" + std::string(1'000, 'p') + ":1)\n";
  for (int i = 0; i < 50; ++i) span.set_attribute("key" + std::to_string(i), std::string(1'000, 'x'));
  for (int i = 0; i < exceptions; ++i) span.record_exception(std::runtime_error(std::string(5'000, 'm')), stack);
}

TEST(XrayBounds, ADocumentThatIsTooLargeLosesItsStacks) {
  Daemon daemon;
  TracerProvider provider(to(daemon));
  Span span = provider.tracer("t").start_span("r", SpanKind::kServer);
  fill(span, 1);
  span.end();
  provider.flush();
  const auto all = daemon.documents();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0]["annotations"].size(), 50U);
  const json& exception = all[0]["cause"]["exceptions"].at(0);
  EXPECT_EQ(exception["type"], "std::runtime_error");
  EXPECT_FALSE(exception.contains("stack"));
}

TEST(XrayBounds, OneThatIsStillTooLargeIsCountedAndTheOthersGo) {
  std::string said;
  set_diagnostics([&](std::string_view text) { said += text; });
  Daemon daemon;
  TracerProvider provider(to(daemon));
  Tracer tracer = provider.tracer("t");
  {
    const ActiveSpan request = tracer.start_active("r", SpanKind::kServer);
    Span large = tracer.start_span("large");
    fill(large, 10);
    large.end();
    tracer.start_span("child").end();
  }
  provider.flush();
  set_diagnostics(nullptr);
  const auto all = daemon.documents();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0]["subsegments"].size(), 1U);
  EXPECT_EQ(provider.stats().failed, 1U);
  EXPECT_EQ(provider.stats().exported, 2U);
  EXPECT_NE(said.find("more than X-Ray takes"), std::string::npos) << said;
}

}  // namespace
}  // namespace tetrascope::kit
