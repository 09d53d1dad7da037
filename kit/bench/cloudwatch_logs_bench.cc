// What a log line through the CloudWatch sink costs the thread that logs. Nobody listens where it sends: all lines stay
// within the queue, and none is dropped.
#include <benchmark/benchmark.h>
#include <spdlog/logger.h>

#include <memory>
#include <string>

#include "tetrascope/kit/cloudwatch_logs.h"
#include "tetrascope/kit/context.h"

namespace kit = tetrascope::kit;

namespace {

constexpr int kLines = 20'000;  // of one run, less than the queue holds

void log_line(benchmark::State& state, bool in_a_span) {
  kit::CloudWatchLogsOptions options;
  options.log_group = "bench";
  options.log_stream = "bench";
  options.region = "us-east-1";
  options.endpoint = "http://127.0.0.1:1";
  options.send_every_ms = 3'600'000;
  options.retry_for_ms = 0;
  auto sink = std::make_shared<kit::CloudWatchLogsSink>(options);
  spdlog::logger logger("bench", sink);
  kit::Context context;
  if (in_a_span) {
    context.span.trace_id.bytes.fill(0x5A);
    context.span.span_id.bytes.fill(0xA5);
    context.span.sampled = true;
  }
  const kit::Scope scope(context);
  int n = 0;
  for (auto _ : state) logger.info("{} GET http /api/activities/home? {} OK {}", "127.0.0.1", 200, ++n);
  state.counters["dropped"] = static_cast<double>(sink->stats().dropped);
}
BENCHMARK_CAPTURE(log_line, plain, false)->Iterations(kLines)->Repetitions(9);
BENCHMARK_CAPTURE(log_line, in_a_span, true)->Iterations(kLines)->Repetitions(9);

}  // namespace
