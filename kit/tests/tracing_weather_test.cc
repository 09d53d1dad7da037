// Servers that are dead, slow, busy, broken or not who they say they are: the application goes on and all is counted.
#include <gtest/gtest.h>
#include <malloc.h>

#include <chrono>
#include <cstdlib>
#include <mutex>

#include "otlp_reader.h"
#include "test_server.h"
#include "tetrascope/kit/diagnostics.h"
#include "tetrascope/kit/tracing.h"

namespace tetrascope::kit {
namespace {

using test::Received;
using test::Reply;
using test::TestServer;

struct Said {
  Said() {
    set_diagnostics([this](std::string_view message) {
      std::lock_guard lock(mutex);
      lines.emplace_back(message);
    });
  }
  ~Said() { set_diagnostics(nullptr); }
  int count(std::string_view part) {
    std::lock_guard lock(mutex);
    int found = 0;
    for (const auto& line : lines) found += line.find(part) != std::string::npos ? 1 : 0;
    return found;
  }
  std::mutex mutex;
  std::vector<std::string> lines;
};

TracingOptions to(const std::string& url) {
  TracingOptions options;
  OtlpHttpOptions otlp;
  otlp.url = url + "/v1/traces?token=hunter2";
  otlp.headers = {{"x-honeycomb-team", "secretkey"}};
  otlp.retry_for_ms = 300;
  otlp.timeout_ms = 400;
  options.batch = {64, 16, 20};
  options.exporters.push_back(make_otlp_exporter(otlp));
  return options;
}

long ms_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
}

void make_spans(TracerProvider& provider, int count) {
  Tracer tracer = provider.tracer("t");
  for (int i = 0; i < count; ++i) tracer.start_span("s").set_attribute("i", i).end();
}

// Every span is counted once, in whatever way it went.
void expect_all_counted(const TracingStats& stats, std::uint64_t ended) {
  EXPECT_EQ(stats.ended, ended);
  EXPECT_EQ(stats.exported + stats.rejected + stats.failed + stats.dropped, ended);
}

TEST(Weather, NoServerCostsSpansButNotTime) {
  Said said;
  const std::string url = "http://127.0.0.1:" + std::to_string(test::dead_port());
  TracerProvider provider(to(url));
  const auto begin = std::chrono::steady_clock::now();
  make_spans(provider, 20'000);
  EXPECT_LT(ms_since(begin), 5'000);
  provider.shutdown(2'000);
  const TracingStats stats = provider.stats();
  expect_all_counted(stats, 20'000);
  EXPECT_EQ(stats.exported, 0U);
  EXPECT_GT(stats.dropped, 0U);
  EXPECT_EQ(said.count("queue full"), 1);
  EXPECT_EQ(said.count("not sent"), 1);
  EXPECT_EQ(said.count("spans not delivered"), 1);
  EXPECT_EQ(said.count("secretkey") + said.count("hunter2"), 0) << "secrets never appear";
}

// Of the heap, in bytes; malloc itself counts (not under AddressSanitizer, whose malloc says 0).
std::size_t in_use() { return mallinfo2().uordblks + mallinfo2().hblkhd; }

TEST(Weather, NoServerAndLargeSpansTakeNoMoreThanTheQueueHolds) {
  Said said;
  TracerProvider provider(to("http://127.0.0.1:" + std::to_string(test::dead_port())));
  Tracer tracer = provider.tracer("t");
  const std::string large(20'000, 'x');
  const std::size_t before = in_use();
  for (int i = 0; i < 20'000; ++i) tracer.start_span("s").set_attribute("large", large).end();
  EXPECT_LT(in_use(), before + 10'000'000) << "400 MB went by; 64 wait, 16 are under way";
  provider.shutdown(2'000);
  expect_all_counted(provider.stats(), 20'000);
}

TEST(Weather, RecordsThatWaitForTheirNextUseAreSmall) {
  struct Swallow final : SpanExporter {
    void start(const Resource&) override {}
    ExportCounts export_batch(const SpanBatch& batch, Deadline&) override { return {batch.size, 0, 0}; }
  };
  TracingOptions options;
  options.exporters.push_back(std::make_unique<Swallow>());
  options.batch.queue_bytes = 100'000'000;  // of a round there is room for all
  TracerProvider provider(std::move(options));
  Tracer tracer = provider.tracer("t");
  const std::string large(50'000, 'x');
  const std::size_t before = in_use();
  for (int round = 0; round < 5; ++round) {
    std::vector<Span> spans;
    for (int i = 0; i < 1'000; ++i) spans.push_back(tracer.start_span("s"));
    for (Span& each : spans) each.set_attribute("large", large).end();
    ASSERT_TRUE(provider.flush());
  }
  EXPECT_EQ(provider.stats().dropped, 0U);
  EXPECT_LT(in_use(), before + 10'000'000) << "50 MB were in use at a time";
}

TEST(Weather, ASlowServerDoesNotHoldUpTheEnd) {
  Said said;
  TestServer slow([](const Received&) { return Reply{200, {}, "", 30'000, -1}; });
  TracerProvider provider(to(slow.url()));
  make_spans(provider, 50);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(provider.shutdown(300));
  EXPECT_LT(ms_since(begin), 3'000);
  expect_all_counted(provider.stats(), 50);
}

TEST(Weather, AnswersDecideWhatIsTriedAgain) {
  struct Case {
    int status;
    bool delivered;
  };
  for (const Case each : {Case{429, true}, Case{503, true}, Case{400, false}, Case{500, false}, Case{401, false}}) {
    Said said;
    std::atomic<int> count{0};
    TestServer server(
        [&](const Received&) { return Reply{count++ == 0 ? each.status : 200, {{"Retry-After", "0"}}, "", 0, -1}; });
    TracerProvider provider(to(server.url()));
    make_spans(provider, 5);
    provider.flush(5'000);
    const TracingStats stats = provider.stats();
    EXPECT_EQ(stats.exported, each.delivered ? 5U : 0U) << each.status;
    EXPECT_EQ(stats.failed, each.delivered ? 0U : 5U) << each.status;
    EXPECT_EQ(said.count("HTTP " + std::to_string(each.status)), each.delivered ? 0 : 1);
  }
}

TEST(Weather, AnAnswerCutShortIsTriedAgain) {
  std::atomic<int> count{0};
  TestServer server([&](const Received&) { return Reply{200, {}, "", 0, count++ == 0 ? 20 : -1}; });
  TracerProvider provider(to(server.url()));
  make_spans(provider, 3);
  EXPECT_TRUE(provider.flush());
  EXPECT_EQ(provider.stats().exported, 3U);
  EXPECT_EQ(count, 2);
}

TEST(Weather, AWrongCertificateGetsNothing) {
  Said said;
  TestServer server([](const Received&) { return Reply(); }, true);
  TracerProvider provider(to(server.url()));
  make_spans(provider, 3);
  provider.flush(30'000);  // each handshake reads the system's certificates first
  EXPECT_TRUE(server.received().empty());
  EXPECT_EQ(provider.stats().failed, 3U);
  EXPECT_EQ(said.count("not sent"), 1);
}

TEST(Weather, PartialSuccessIsCountedAndSaid) {
  Said said;
  const std::string partial = "\x0a\x09\x08\x02\x12\x05too d";  // {1: {1: 2, 2: "too d"}}
  TestServer server([&](const Received&) { return Reply{200, {}, partial, 0, -1}; });
  TracerProvider provider(to(server.url()));
  make_spans(provider, 5);
  provider.flush();
  EXPECT_EQ(provider.stats().exported, 3U);
  EXPECT_EQ(provider.stats().rejected, 2U);
  EXPECT_EQ(said.count("too d"), 1);
}

TEST(Weather, OneDeadVendorTakesNothingFromTheOther) {
  Said said;
  TestServer server;
  TracingOptions options = to("http://127.0.0.1:" + std::to_string(test::dead_port()));
  OtlpHttpOptions good;
  good.url = server.url();
  options.exporters.push_back(make_otlp_exporter(good));
  TracerProvider provider(std::move(options));
  make_spans(provider, 30);
  server.wait_for(1);
  provider.flush(30'000);
  std::size_t came = 0;
  for (const Received& each : server.received()) came += test::read_request(each.body).spans.size();
  EXPECT_EQ(came, 30U);
}

}  // namespace
}  // namespace tetrascope::kit
