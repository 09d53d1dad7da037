// tetrascope-load: sends spans to any OTLP/HTTP server as fast as it takes them, and counts what was acknowledged.
//
//   tetrascope-load --to 127.0.0.1:4318 --spans 1000000 --connections 4 --spans-per-request 1000
// prints one line of JSON.

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/ids.h"
#include "base/inflate.h"
#include "base/time.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "trace_generator.h"

namespace tetrascope::bench {
namespace {

struct Options {
  std::string to = "127.0.0.1:4318";
  std::size_t spans = 1'000'000;
  std::size_t connections = 4;
  std::size_t spans_per_request = 1000;
  std::size_t bodies = 100;
  std::uint64_t seed = 1;
  bool gzip = false;
};

struct Totals {
  std::atomic<std::size_t> requests = 0, spans = 0, refused = 0, bytes = 0;
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::vector<double> latencies_ms;
};

Headers headers_for(const Options& options) {
  Headers headers;
  headers.add("Content-Type", "application/x-protobuf");
  if (options.gzip) headers.add("Content-Encoding", "gzip");
  return headers;
}

/// Sends its share; what the server refuses for now is sent again.
void send(const Options& options, const Endpoint& to, std::vector<Body> bodies, std::size_t requests, Totals& totals) {
  HttpClient client(to.host, to.port);
  const Headers headers = headers_for(options);
  // A million spans are an hour: each round moves a body's times on by what a round holds.
  const double hours = static_cast<double>(bodies.size() * options.spans_per_request * options.connections) / 1e6;
  const auto shift = static_cast<std::int64_t>(hours * 3600e9);
  std::vector<double> latencies;
  for (std::size_t i = 0; i < requests; ++i) {
    Body& body = bodies[i % bodies.size()];
    if (i >= bodies.size()) renew(body, i / bodies.size(), shift);
    const std::string packed = options.gzip ? gzip(body.bytes) : std::string();
    const std::string& bytes = options.gzip ? packed : body.bytes;
    for (;;) {
      const auto begin = std::chrono::steady_clock::now();
      const auto answer = client.send("POST", "/v1/traces", headers, bytes, std::chrono::seconds(60));
      latencies.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
      if (answer && answer->status == 200) break;
      ++totals.refused;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    ++totals.requests;
    totals.spans += body.spans;
    totals.bytes += bytes.size();
  }
  const std::lock_guard lock(totals.mutex);
  totals.latencies_ms.insert(totals.latencies_ms.end(), latencies.begin(), latencies.end());
}

int run(const Options& options) {
  const auto to = parse_endpoint(options.to);
  if (!to) {
    fmt::print(stderr, "tetrascope-load: --to: {}\n", to.error().message);
    return 2;
  }
  const std::size_t requests =
      std::max<std::size_t>(1, options.spans / options.spans_per_request / options.connections);
  const std::size_t bodies_each = std::max<std::size_t>(1, std::min(options.bodies / options.connections, requests));
  const double hours = static_cast<double>(options.spans) / 1e6;
  const auto first = static_cast<std::uint64_t>(static_cast<double>(UnixNanos::now().value) - hours * 3600e9);
  const auto round = static_cast<std::uint64_t>(
      static_cast<double>(bodies_each * options.connections * options.spans_per_request) / 1e6 * 3600e9);

  std::vector<std::vector<Body>> shares;
  for (std::size_t i = 0; i < options.connections; ++i) {
    shares.push_back(generate_bodies(bodies_each, options.spans_per_request, options.seed * 1000 + i, first, round));
  }
  const auto& sample = shares[0][0];
  const std::string trace_id = to_hex(std::string_view(sample.bytes).substr(sample.trace_ids[0], 16));

  Totals totals;
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (auto& share : shares) {
    threads.emplace_back(
        [&, mine = std::move(share)]() mutable { send(options, *to, std::move(mine), requests, totals); });
  }
  for (auto& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

  auto& latencies = totals.latencies_ms;
  std::ranges::sort(latencies);
  const auto percentile = [&](double p) {
    return latencies[static_cast<std::size_t>(p * static_cast<double>(latencies.size() - 1))];
  };
  fmt::print(
      R"({{"spans":{},"requests":{},"refused":{},"seconds":{:.3f},"spans_per_second":{:.0f},"bytes":{},"p50_ms":{:.2f},"p99_ms":{:.2f},)"
      R"("max_ms":{:.2f},"trace_id":"{}"}})"
      "\n",
      totals.spans.load(), totals.requests.load(), totals.refused.load(), seconds,
      static_cast<double>(totals.spans.load()) / seconds, totals.bytes.load(), percentile(0.5), percentile(0.99),
      latencies.back(), trace_id);
  return 0;
}

}  // namespace
}  // namespace tetrascope::bench

int main(int argc, char** argv) {
  tetrascope::bench::Options options;
  CLI::App app("Sends generated spans to an OTLP/HTTP server and counts what it acknowledged", "tetrascope-load");
  app.add_option("--to", options.to, "HOST:PORT of the server")->capture_default_str();
  app.add_option("--spans", options.spans, "about how many spans to send")->capture_default_str();
  app.add_option("--connections", options.connections, "senders at a time")
      ->capture_default_str()
      ->check(CLI::Range(1, 500));
  app.add_option("--spans-per-request", options.spans_per_request, "about how many spans a request has")
      ->capture_default_str();
  app.add_option("--bodies", options.bodies, "distinct bodies; they are sent again with other ids and times")
      ->capture_default_str();
  app.add_option("--seed", options.seed, "another seed, other data")->capture_default_str();
  app.add_flag("--gzip", options.gzip, "compress the requests");
  CLI11_PARSE(app, argc, argv);
  return tetrascope::bench::run(options);
}
