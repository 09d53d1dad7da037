// From what clients send to columns, and on to the bytes that the engine takes: records a second on one core, of the
// generated data. `/columns` stops at the columns; `/native` goes on to what is inserted.

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "data/other_bodies.h"
#include "data/otlp_json.h"
#include "data/otlp_logs.h"
#include "data/otlp_spans.h"
#include "data/segments.h"
#include "slices/otlp/decode.h"
#include "slices/rollbar/item_report.h"
#include "slices/xray/segment.h"
#include "slices/xray/span_rows.h"

namespace {

using namespace tetrascope;
using bench::MarkedBytes;

constexpr std::uint64_t kFirst = 1'767'225'600'000'000'000;
constexpr std::size_t kPerRequest = 1000;
/// Requests of one commit, as there are under load.
constexpr std::size_t kRequests = 40;

struct Bodies {
  std::vector<std::string> bodies;
  std::size_t records = 0, bytes = 0;

  void add(const MarkedBytes& body, std::size_t count) {
    bodies.push_back(body.bytes());
    records += count;
    bytes += body.bytes().size();
  }
};

template <class Convert>
Bodies make_traces(Convert convert) {
  Bodies made;
  bench::TraceStream traces(1, kPerRequest, kFirst);
  bench::TraceRequest request(1);
  while (made.bodies.size() < kRequests) {
    const bench::Trace trace = traces.next();
    for (std::size_t place = 0; place < trace.spans.size(); ++place) request.add(trace, place);
    if (request.spans() == kPerRequest) made.add(convert(request.take()), kPerRequest);
  }
  return made;
}

template <class Convert>
Bodies make_logs(Convert convert) {
  Bodies made;
  for (std::size_t i = 0; i < kRequests; ++i)
    made.add(convert(bench::log_request(1, i * kPerRequest, kPerRequest, kFirst)), kPerRequest);
  return made;
}

Bodies make_segments() {
  Bodies made;
  bench::TraceStream traces(1, kPerRequest, kFirst);
  while (made.bodies.size() < kPerRequest)
    for (const MarkedBytes& document : bench::segment_documents(traces.next())) made.add(document, 1);
  return made;
}

Bodies make_items() {
  Bodies made;
  for (std::uint64_t number = 0; number < 200; ++number) made.add(bench::rollbar_item(1, number, kFirst), 1);
  return made;
}

MarkedBytes as_it_is(MarkedBytes body) { return body; }

/// All bodies are one commit: they are decoded into one batch, which is written once.
template <class Decode>
void measure(benchmark::State& state, const Bodies& made, bool to_native, Decode decode) {
  NativeWriter native;
  for (auto _ : state) {
    Batch batch;
    for (const std::string& body : made.bodies)
      if (!decode(std::string_view(body), batch)) return state.SkipWithError("a body was refused");
    if (!to_native) continue;
    native.clear();
    Batch::each(batch, [&](std::string_view, const auto& table) {
      if (table.rows() > 0) table.encode(native, 0, table.rows());
    });
    benchmark::DoNotOptimize(native.view());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(made.records));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(made.bytes));
}

template <auto kDecode>
void otlp(benchmark::State& state, const Bodies& made, bool to_native) {
  const otlp::OtlpContext context{{}, {}, UnixNanos{static_cast<std::int64_t>(kFirst)}};
  measure(state, made, to_native,
          [&](std::string_view body, Batch& batch) { return kDecode(body, context, batch).has_value(); });
}

void spans_protobuf(benchmark::State& state, bool to_native) {
  static const Bodies made = make_traces(as_it_is);
  otlp<otlp::decode_traces>(state, made, to_native);
}
BENCHMARK_CAPTURE(spans_protobuf, columns, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(spans_protobuf, native, true)->Unit(benchmark::kMillisecond);

void spans_json(benchmark::State& state, bool to_native) {
  static const Bodies made = make_traces(bench::traces_as_json);
  otlp<otlp::decode_traces_json>(state, made, to_native);
}
BENCHMARK_CAPTURE(spans_json, columns, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(spans_json, native, true)->Unit(benchmark::kMillisecond);

void logs_protobuf(benchmark::State& state, bool to_native) {
  static const Bodies made = make_logs(as_it_is);
  otlp<otlp::decode_logs>(state, made, to_native);
}
BENCHMARK_CAPTURE(logs_protobuf, columns, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(logs_protobuf, native, true)->Unit(benchmark::kMillisecond);

void logs_json(benchmark::State& state, bool to_native) {
  static const Bodies made = make_logs(bench::logs_as_json);
  otlp<otlp::decode_logs_json>(state, made, to_native);
}
BENCHMARK_CAPTURE(logs_json, native, true)->Unit(benchmark::kMillisecond);

void xray_segments(benchmark::State& state, bool to_native) {
  static const Bodies made = make_segments();
  measure(state, made, to_native, [](std::string_view body, Batch& batch) {
    const auto segment = xray::read_segment(body);
    if (segment) xray::append_rows(*segment, body, {}, segment->start, batch);
    return segment.has_value();
  });
}
BENCHMARK_CAPTURE(xray_segments, columns, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(xray_segments, native, true)->Unit(benchmark::kMillisecond);

/// Without rows: which item an occurrence belongs to is decided by what is stored.
void rollbar_items(benchmark::State& state) {
  static const Bodies made = make_items();
  measure(state, made, false, [](std::string_view body, Batch&) {
    const auto decoded = rollbar::decode_item_body(body);
    return decoded.reports.has_value() && decoded.reports->size() == 1;
  });
}
BENCHMARK(rollbar_items)->Unit(benchmark::kMillisecond);

}  // namespace
