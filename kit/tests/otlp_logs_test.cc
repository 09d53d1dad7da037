#include "tetrascope/kit/otlp_logs.h"

#include <gtest/gtest.h>
#include <spdlog/logger.h>

#include <protozero/pbf_reader.hpp>

#include "test_server.h"
#include "tetrascope/kit/context.h"
#include "tetrascope/kit/diagnostics.h"

namespace tetrascope::kit {
namespace {

using protozero::pbf_reader;

struct ReadRecord {
  int severity = 0;
  std::string body, trace_id;
};

std::vector<ReadRecord> records_of(const std::string& request) {
  std::vector<ReadRecord> out;
  pbf_reader root(request);
  root.next(1);
  pbf_reader resource = root.get_message();
  resource.next(2);
  pbf_reader scope = resource.get_message();
  while (scope.next(2)) {
    pbf_reader record = scope.get_message();
    ReadRecord& read = out.emplace_back();
    while (record.next()) {
      if (record.tag() == 2) {
        read.severity = record.get_enum();
      } else if (record.tag() == 5) {
        pbf_reader any = record.get_message();
        any.next(1);
        read.body = any.get_string();
      } else if (record.tag() == 9) {
        read.trace_id = record.get_bytes();
      } else {
        record.skip();
      }
    }
  }
  return out;
}

OtlpLogsOptions to(const std::string& url) {
  OtlpLogsOptions options;
  options.otlp = OtlpHttpOptions();
  options.otlp.url = url;
  options.otlp.retry_for_ms = 100;
  options.send_every_ms = 10'000;
  return options;
}

TEST(OtlpLogs, RecordsArriveInOrderWithSeverityAndTrace) {
  test::TestServer server;
  auto sink = std::make_shared<OtlpLogsSink>(to(server.url("/v1/logs")));
  spdlog::logger logger("app", sink);
  logger.info("outside");
  Context context;
  context.span.trace_id = *TraceId::parse("5759e988bd862e3fe1be46a994272793");
  context.span.span_id = *SpanId::parse("53995c3f42cd8ad8");
  {
    Scope scope(context);
    logger.error("inside {}", 1);
  }
  ASSERT_TRUE(sink->flush_within(5'000));
  const auto records = records_of(server.received().at(0).body);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].severity, 9);
  EXPECT_EQ(records[0].body, "outside");
  EXPECT_EQ(records[0].trace_id, "");
  EXPECT_EQ(records[1].severity, 17);
  EXPECT_EQ(records[1].body, "inside 1");
  EXPECT_EQ(records[1].trace_id, std::string(context.span.trace_id.bytes.begin(), context.span.trace_id.bytes.end()));
  EXPECT_EQ(sink->stats().exported, 2U);
}

TEST(OtlpLogs, LongRecordsGoInRequestsOfTheirOwnAndByLogger) {
  test::TestServer server;
  OtlpLogsOptions options = to(server.url("/v1/logs"));
  options.otlp.gzip = false;
  auto sink = std::make_shared<OtlpLogsSink>(options);
  spdlog::logger one("one", sink);
  spdlog::logger two("two", sink);
  const std::string text(std::size_t{3} * 1024 * 1024, 'x');
  for (spdlog::logger* each : {&one, &two, &one}) each->info(text);
  one.info("short");
  two.info("short");
  ASSERT_TRUE(sink->flush_within(20'000));
  const auto all = server.received();
  ASSERT_EQ(all.size(), 3U);
  for (const auto& each : all) EXPECT_LT(each.body.size(), 5U * 1024 * 1024);
  EXPECT_NE(all[2].body.find("one"), std::string::npos);
  EXPECT_NE(all[2].body.find("two"), std::string::npos);
  EXPECT_EQ(sink->stats().exported, 5U);
}

TEST(OtlpLogs, ADeadServerIsBoundedAndCounted) {
  set_diagnostics([](std::string_view) {});
  OtlpLogsOptions options = to("http://127.0.0.1:" + std::to_string(test::dead_port()));
  options.queue_records = 50;
  options.queue_bytes = 4'000;
  auto sink = std::make_shared<OtlpLogsSink>(options);
  spdlog::logger logger("app", sink);
  for (int i = 0; i < 1'000; ++i) logger.info("m");
  sink->flush_within(5'000);
  const OtlpLogsStats stats = sink->stats();
  set_diagnostics(nullptr);
  EXPECT_EQ(stats.accepted + stats.dropped, 1'000U);
  EXPECT_GE(stats.dropped, 900U);
  EXPECT_EQ(stats.failed, stats.accepted);
  set_diagnostics([](std::string_view) {});
  logger.info(std::string(5'000, 'x'));
  set_diagnostics(nullptr);
  EXPECT_EQ(sink->stats().dropped, stats.dropped + 1) << "one record is more than the queue's bytes";
}

}  // namespace
}  // namespace tetrascope::kit
