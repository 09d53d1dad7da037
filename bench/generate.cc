// generate: writes files of ready request bodies, the same for the same arguments on every machine.
//
//   generate --out build/bench-data --spans 1000000 traces traces-sdk logs
// leaves one file a shape, traces.bodies and so on, and prints a line of JSON for each.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <vector>

#include <CLI/CLI.hpp>

#include "data/body_file.h"
#include "data/other_bodies.h"
#include "data/otlp_json.h"
#include "data/otlp_logs.h"
#include "data/otlp_spans.h"
#include "data/segments.h"

namespace tetrascope::bench {
namespace {

/// 2026-01-01T00:00:00Z: send moves it to where a round shall be.
constexpr std::int64_t kFirstSecond = 1'767'225'600;
constexpr std::uint64_t kFirst = static_cast<std::uint64_t>(kFirstSecond) * 1'000'000'000;

struct Options {
  std::string out = "build/bench-data";
  std::size_t records = 1'000'000;
  std::size_t per_request = 1000;
  std::uint64_t seed = 1;
  std::vector<std::string> shapes;
};

using Convert = MarkedBytes (*)(const MarkedBytes&);

/// Counts what goes into the file.
class Sink {
 public:
  /// `convert`: null, or makes of each body the one that is written.
  Sink(BodyFileWriter& writer, Convert convert) : writer_(writer), convert_(convert) {}
  Result<void> add(const MarkedBytes& body, std::size_t count) {
    if (convert_ != nullptr) return write(convert_(body), count);
    return write(body, count);
  }
  std::size_t bodies = 0, records = 0, bytes = 0;

 private:
  Result<void> write(const MarkedBytes& body, std::size_t count) {
    ++bodies;
    records += count;
    bytes += body.bytes().size();
    return writer_.add(body, count);
  }

  BodyFileWriter& writer_;
  Convert convert_;
};

/// Each trace whole in one request, as a collector's batch processor behind a load balancer by trace id sends.
Result<void> write_traces(const Options& options, Sink& sink) {
  TraceStream traces(options.seed, options.per_request, kFirst);
  TraceRequest request(options.seed);
  while (sink.records < options.records) {
    const Trace trace = traces.next();
    for (std::size_t place = 0; place < trace.spans.size(); ++place) request.add(trace, place);
    if (request.spans() < options.per_request) continue;
    const std::size_t spans = request.spans();
    RETURN_IF_ERROR(sink.add(request.take(), spans));
  }
  return {};
}

/// As SDKs send: every pod its own requests of up to 512 spans, in the order in which spans end.
Result<void> write_sdk_traces(const Options& options, Sink& sink) {
  constexpr std::size_t kSdkBatch = 512;
  TraceStream traces(options.seed, options.per_request, kFirst);
  std::vector<TraceRequest> requests(kServices * kPods, TraceRequest(options.seed));
  for (std::size_t spans = 0; spans < options.records;) {
    const Trace trace = traces.next();
    std::vector<std::size_t> places(trace.spans.size());
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
    std::ranges::sort(places, {}, [&](std::size_t place) { return trace.spans[place].end; });
    for (const std::size_t place : places) {
      TraceRequest& request = requests[trace.spans[place].service * kPods + trace.spans[place].pod];
      request.add(trace, place);
      if (request.spans() == kSdkBatch) RETURN_IF_ERROR(sink.add(request.take(), kSdkBatch));
    }
    spans += trace.spans.size();
  }
  for (TraceRequest& request : requests) {
    const std::size_t spans = request.spans();
    if (spans > 0) RETURN_IF_ERROR(sink.add(request.take(), spans));
  }
  return {};
}

Result<void> write_logs(const Options& options, Sink& sink) {
  while (sink.records < options.records) {
    const std::size_t count = std::min(options.per_request, options.records - sink.records);
    RETURN_IF_ERROR(sink.add(log_request(options.seed, sink.records, count, kFirst), count));
  }
  return {};
}

Result<void> write_cyclic(const Options& options, Sink& sink) {
  while (sink.records < options.records)
    RETURN_IF_ERROR(
        sink.add(cyclic_trace_request(options.seed, sink.records, options.per_request, kFirst), options.per_request));
  return {};
}

Result<void> write_log_events(const Options& options, Sink& sink) {
  while (sink.records < options.records)
    RETURN_IF_ERROR(
        sink.add(put_log_events(options.seed, sink.records, options.per_request, kFirst), options.per_request));
  return {};
}

Result<void> write_items(const Options& options, Sink& sink) {
  while (sink.records < options.records) RETURN_IF_ERROR(sink.add(rollbar_item(options.seed, sink.records, kFirst), 1));
  return {};
}

/// As the daemon forwards them.
Result<void> write_segments(const Options& options, Sink& sink) {
  constexpr std::size_t kSegmentsPerCall = 50;
  std::vector<MarkedBytes> documents;
  TraceStream traces(options.seed, options.per_request, kFirst);
  while (sink.records < options.records) {
    for (MarkedBytes& document : segment_documents(traces.next())) {
      documents.push_back(std::move(document));
      if (documents.size() < kSegmentsPerCall) continue;
      RETURN_IF_ERROR(sink.add(put_trace_segments(documents), documents.size()));
      documents.clear();
    }
  }
  return {};
}

Result<void> write_datagrams(const Options& options, Sink& sink) {
  TraceStream traces(options.seed, options.per_request, kFirst);
  while (sink.records < options.records)
    for (const MarkedBytes& document : segment_documents(traces.next()))
      RETURN_IF_ERROR(sink.add(segment_datagram(document), 1));
  return {};
}

struct Shape {
  BodyFileHead head;
  std::function<Result<void>(const Options&, Sink&)> write;
  Convert convert = nullptr;
  double seconds_a_million = 3600;
};

BodyFileHead head_of(std::string path, std::string type, std::string records) {
  return {false, std::move(path), {{"Content-Type", std::move(type)}}, std::move(records), kFirstSecond, 0};
}

std::map<std::string, Shape> shapes() {
  const std::string protobuf = "application/x-protobuf", json = "application/json";
  BodyFileHead events = head_of("/", "application/x-amz-json-1.1", "events");
  events.headers.emplace_back("X-Amz-Target", "Logs_20140328.PutLogEvents");
  BodyFileHead items = head_of("/api/1/item/", json, "items");
  items.headers.emplace_back("X-Rollbar-Access-Token", "benchbenchbenchbenchbenchbench12");
  BodyFileHead datagrams = head_of("", "", "segments");
  datagrams.udp = true;
  constexpr double kSecondsOfSegments = 12'800;  // a trace of 28 spans has about 8
  return {
      {"traces", {head_of("/v1/traces", protobuf, "spans"), write_traces}},
      {"traces-json", {head_of("/v1/traces", json, "spans"), write_traces, traces_as_json}},
      {"traces-sdk", {head_of("/v1/traces", protobuf, "spans"), write_sdk_traces}},
      {"traces-cyclic", {head_of("/v1/traces", protobuf, "spans"), write_cyclic}},
      {"logs", {head_of("/v1/logs", protobuf, "records"), write_logs}},
      {"logs-json", {head_of("/v1/logs", json, "records"), write_logs, logs_as_json}},
      {"segments", {head_of("/TraceSegments", json, "segments"), write_segments, nullptr, kSecondsOfSegments}},
      {"segments-udp", {datagrams, write_datagrams, nullptr, kSecondsOfSegments}},
      {"log-events", {events, write_log_events}},
      {"items", {items, write_items}},
  };
}

Result<void> write_shape(const Options& options, const std::string& name, Shape shape) {
  shape.head.seconds =
      1 + static_cast<std::int64_t>(static_cast<double>(options.records) / 1e6 * shape.seconds_a_million);
  const std::string path = options.out + "/" + name + ".bodies";
  ASSIGN_OR_RETURN(auto writer, BodyFileWriter::create(path, shape.head));
  Sink sink(writer, shape.convert);
  RETURN_IF_ERROR(shape.write(options, sink));
  RETURN_IF_ERROR(writer.close());
  fmt::print(R"({{"file":"{}","bodies":{},"{}":{},"bytes":{},"bytes_each":{:.1f}}})"
             "\n",
             path, sink.bodies, shape.head.records, sink.records, sink.bytes,
             static_cast<double>(sink.bytes) / static_cast<double>(sink.records));
  return {};
}

int run(const Options& options) {
  std::filesystem::create_directories(options.out);
  const auto known = shapes();
  for (const auto& name : options.shapes) {
    if (const auto done = write_shape(options, name, known.at(name)); !done) {
      fmt::print(stderr, "generate: {}\n", done.error().message);
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace tetrascope::bench

int main(int argc, char** argv) {
  using tetrascope::bench::shapes;
  tetrascope::bench::Options options;
  CLI::App app("Writes files of ready request bodies", "generate");
  std::vector<std::string> names;
  for (const auto& [name, shape] : shapes()) names.push_back(name);
  app.add_option("shapes", options.shapes, "what to write")->required()->check(CLI::IsMember(names));
  app.add_option("--out", options.out, "folder")->capture_default_str();
  app.add_option("--records", options.records, "how many spans, log records …")->capture_default_str();
  app.add_option("--per-request", options.per_request, "spans or records a request (traces, logs)")
      ->capture_default_str()
      ->check(CLI::Range(68, 100'000));
  app.add_option("--seed", options.seed, "another seed, other data")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return tetrascope::bench::run(options);
}
