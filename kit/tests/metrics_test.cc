#include "tetrascope/kit/metrics.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <protozero/pbf_reader.hpp>

#include "metrics/exponential_buckets.h"
#include "test_server.h"
#include "tetrascope/kit/diagnostics.h"

namespace tetrascope::kit {
namespace {

using protozero::pbf_reader;

/// Data messages by metric name, from an ExportMetricsServiceRequest; the field number says which kind.
std::map<std::string, std::pair<std::uint32_t, std::string>> metrics_of(const std::string& body) {
  std::map<std::string, std::pair<std::uint32_t, std::string>> out;
  pbf_reader request(body);
  request.next(1);
  pbf_reader resource = request.get_message();
  resource.next(2);
  pbf_reader scope = resource.get_message();
  while (scope.next(2)) {
    pbf_reader metric = scope.get_message();
    std::string name;
    while (metric.next()) {
      if (metric.tag() == 1) {
        name = metric.get_string();
      } else if (metric.tag() >= 5 && metric.tag() <= 10) {
        const std::uint32_t kind = metric.tag();
        out[name] = {kind, metric.get_bytes()};
      } else {
        metric.skip();
      }
    }
  }
  return out;
}

double number_of(const std::string& data) {
  pbf_reader list(data);
  list.next(1);
  pbf_reader point = list.get_message();
  point.next(4);
  return point.get_double();
}

MetricsOptions to(const test::TestServer& server) {
  MetricsOptions options;
  options.otlp = OtlpHttpOptions();
  options.otlp.url = server.url("/v1/metrics");
  options.process_metrics = false;
  return options;
}

TEST(Metrics, EveryInstrumentArrivesAsItsKind) {
  test::TestServer server;
  Meter meter("app", to(server));
  Counter requests = meter.counter("requests", "{request}");
  requests.add(2, {{"route", "/a"}, {"method", "GET"}});
  requests.add(3, {{"method", "GET"}, {"route", "/a"}});  // the same series
  requests.add(-7);                                       // a counter only grows
  meter.up_down_counter("open").add(-4);
  meter.gauge("temperature").set(21.5);
  Histogram times = meter.histogram("time", "ms", "", {1, 10});
  for (const double value : {0.5, 1.0, 5.0, 100.0, std::nan("")}) times.record(value);
  meter.exponential_histogram("size").record(3);
  meter.observe("seen", [] { return 7.0; });
  ASSERT_TRUE(meter.flush());
  auto all = metrics_of(server.received().at(0).body);
  ASSERT_EQ(all.size(), 6U);
  EXPECT_EQ(all["requests"].first, 7U);
  EXPECT_EQ(number_of(all["requests"].second), 5);
  EXPECT_EQ(number_of(all["open"].second), -4);
  EXPECT_EQ(all["temperature"].first, 5U);
  EXPECT_EQ(number_of(all["temperature"].second), 21.5);
  EXPECT_EQ(number_of(all["seen"].second), 7);
  EXPECT_EQ(all["size"].first, 10U);
  ASSERT_EQ(all["time"].first, 9U);
  pbf_reader list(all["time"].second);
  list.next(1);
  pbf_reader point = list.get_message();
  std::vector<std::uint64_t> counts;
  double sum = 0;
  while (point.next()) {
    if (point.tag() == 6) {
      for (const auto each : point.get_packed_fixed64()) counts.push_back(each);
    } else if (point.tag() == 5) {
      sum = point.get_double();
    } else {
      point.skip();
    }
  }
  EXPECT_EQ(counts, (std::vector<std::uint64_t>{2, 1, 1})) << "bounds are inclusive above";
  EXPECT_EQ(sum, 106.5);
  EXPECT_EQ(meter.stats().exported, 6U);
}

TEST(Metrics, ProcessMetricsAndTooManySeries) {
  test::TestServer server;
  MetricsOptions options = to(server);
  options.process_metrics = true;
  options.most_series = 10;
  Meter meter("app", options);
  Counter many = meter.counter("many");
  for (int i = 0; i < 1'000; ++i) many.add(1, {{"i", i}});
  ASSERT_TRUE(meter.flush());
  auto all = metrics_of(server.received().at(0).body);
  EXPECT_GT(number_of(all["process.memory.usage"].second), 1e6);
  EXPECT_GE(number_of(all["process.thread.count"].second), 2);
  int series = 0;
  for (pbf_reader list(all["many"].second); list.next(); list.skip()) series += list.tag() == 1 ? 1 : 0;
  EXPECT_EQ(series, 11) << "ten and the overflow";
}

TEST(Metrics, AForkedChildCountsItsOwnFromZero) {
  test::TestServer server;
  Meter meter("app", to(server));
  Counter calls = meter.counter("calls");
  Counter busy = meter.counter("busy");
  std::atomic<bool> stop{false};
  std::thread other([&] {  // so that the fork finds the instruments in use
    while (!stop) busy.add(1);
  });
  calls.add(5);
  ASSERT_TRUE(meter.flush());
  for (int i = 0; i < 20; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);  // a child that finds the instruments locked waits for ever
      calls.add(2);
      _exit(meter.flush() && meter.stats().exported == 1 ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_EQ(status, 0);
  }
  stop = true;
  other.join();
  calls.add(1);
  ASSERT_TRUE(meter.flush());
  const auto all = server.received();
  ASSERT_EQ(all.size(), 22U);
  EXPECT_EQ(number_of(metrics_of(all[0].body)["calls"].second), 5);
  for (std::size_t i = 1; i <= 20; ++i) EXPECT_EQ(number_of(metrics_of(all[i].body)["calls"].second), 2) << i;
  EXPECT_EQ(number_of(metrics_of(all[21].body)["calls"].second), 6);
}

TEST(Metrics, ADeadServerCostsPointsButNeitherTimeNorMemory) {
  std::mutex mutex;
  std::vector<std::string> said;
  set_diagnostics([&](std::string_view line) {
    const std::lock_guard lock(mutex);
    said.emplace_back(line);
  });
  MetricsOptions options;
  options.otlp = OtlpHttpOptions();
  options.otlp.url = "http://user:hunter2@127.0.0.1:" + std::to_string(test::dead_port()) + "/v1/metrics?key=hunter2";
  options.otlp.headers = {{"x-honeycomb-team", "hunter2"}};
  options.otlp.retry_for_ms = 0;
  options.process_metrics = false;
  options.most_series = 10;
  {
    Meter meter("app", options);
    Counter many = meter.counter("many");
    for (int round = 1; round <= 3; ++round) {
      for (int i = 0; i < 1'000; ++i) many.add(1, {{"i", i}});
      ASSERT_TRUE(meter.flush());
      EXPECT_EQ(meter.stats().failed, 11U * static_cast<unsigned>(round)) << "the series are all that waits";
    }
    EXPECT_EQ(meter.stats().exported, 0U);
  }
  set_diagnostics(nullptr);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said[0].find("hunter2"), std::string::npos) << said[0];
}

TEST(Metrics, AFunctionThatThrowsCostsItsValueAlone) {
  std::vector<std::string> said;
  set_diagnostics([&](std::string_view text) { said.emplace_back(text); });
  test::TestServer server;
  Meter meter("m", to(server));
  meter.observe("broken", []() -> double { throw std::runtime_error("of the program's own"); });
  meter.observe("whole", [] { return 7.0; });
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(meter.flush());
  set_diagnostics(nullptr);
  const auto all = metrics_of(server.received().at(1).body);
  EXPECT_EQ(all.count("broken"), 0U);
  EXPECT_EQ(number_of(all.at("whole").second), 7);
  EXPECT_EQ(said.size(), 1U);
}

TEST(Metrics, AttributesThatAreTooLongAreASeriesOfTheirOwnTogether) {
  test::TestServer server;
  Meter meter("m", to(server));
  Counter counter = meter.counter("c");
  for (const char* letter : {"a", "b"}) {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += letter;
    counter.add(1, {{"text", text}});
  }
  ASSERT_TRUE(meter.flush());
  const std::string body = server.received().at(0).body;
  EXPECT_LT(body.size(), 10'000U);
  EXPECT_NE(body.find("otel.metric.overflow"), std::string::npos);
  EXPECT_EQ(number_of(metrics_of(body).at("c").second), 2);
}

TEST(ExponentialBuckets, BoundsBelongBelowAndCountsSurviveShrinking) {
  for (const int scale : {-2, 0, 3, 10}) {
    for (const double value : {1.0, 1.5, 2.0, 3.0, 4.0, 1e-9, 1e9, 0.75}) {
      const double base = std::exp2(std::ldexp(1.0, -scale));
      const std::int32_t index = ExponentialBuckets::index_of(value, scale);
      EXPECT_LT(std::pow(base, index), value * (1 + 1e-9)) << value << " at " << scale;
      EXPECT_GE(std::pow(base, index + 1), value * (1 - 1e-9)) << value << " at " << scale;
    }
  }
  EXPECT_EQ(ExponentialBuckets::index_of(4.0, 0), 1) << "(2, 4]";
  EXPECT_EQ(ExponentialBuckets::index_of(1.0, 5), -1);
  ExponentialBuckets buckets;
  int scale = 20;
  for (double value = 1; value < 1e6; value *= 1.1) {
    const int shift = buckets.needed_shift(ExponentialBuckets::index_of(value, scale));
    buckets.shrink(shift);
    scale -= shift;
    buckets.count(ExponentialBuckets::index_of(value, scale));
  }
  std::uint64_t total = 0;
  for (const std::uint64_t each : buckets.counts()) total += each;
  EXPECT_EQ(total, 145U);
  EXPECT_LE(buckets.counts().size(), ExponentialBuckets::kMost);
  EXPECT_EQ(scale, 3);
}

}  // namespace
}  // namespace tetrascope::kit
