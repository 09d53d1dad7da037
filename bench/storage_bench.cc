// The engine inside the process: what an insert costs whatever its size, what a span costs on top, and a small query.
//   TETRASCOPE_ENGINE=… storage_bench --benchmark_min_time=3

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "model/schema.h"
#include "storage/chdb/chdb.h"
#include "storage/storage.h"

namespace tetrascope {
namespace {

class Store {
 public:
  Store() {
    std::string name = (std::filesystem::temp_directory_path() / "tetrascope-bench-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    ChdbOptions options;
    options.data_dir = directory_;
    auto opened = open_chdb(options);
    if (opened) storage_ = std::move(*opened);
    const auto migrated = opened ? migrate(*storage_) : Result<void>(std::unexpected(opened.error()));
    if (!migrated) {
      std::fprintf(stderr, "storage_bench: %s\n", migrated.error().message.c_str());
      std::exit(1);
    }
  }
  ~Store() {
    storage_.reset();
    std::filesystem::remove_all(directory_);
  }
  Storage& operator*() { return *storage_; }
  Storage* operator->() { return storage_.get(); }

 private:
  std::filesystem::path directory_;
  std::unique_ptr<Storage> storage_;
};

void add_span(SpanColumns& spans, std::uint64_t n, UnixNanos now) {
  static const std::string kResource =
      R"({"attributes":{"service.name":"checkout","host.name":"host-1","k8s.pod.name":"checkout-7d9"}})";
  NamedId<16> trace;
  NamedId<8> span;
  const auto trace_hash = stable_hash("trace" + std::to_string(n / 28));
  const auto span_hash = stable_hash("span" + std::to_string(n));
  for (std::size_t i = 0; i < 16; ++i)
    trace.id.bytes[i] = static_cast<std::uint8_t>(trace_hash[i / 8] >> (8 * (i % 8)));
  for (std::size_t i = 0; i < 8; ++i) span.id.bytes[i] = static_cast<std::uint8_t>(span_hash[0] >> (8 * i));
  const UnixNanos start{now.value + static_cast<std::int64_t>(n) * 10'000};
  spans.origin.add(start, {"otlp", "default", "checkout", "checkout", kResource, R"({"name":"http"})", now});
  spans.ids.add(trace, span, {});
  spans.trace_state.add("");
  spans.start.add(start.value);
  spans.duration.add(static_cast<std::int64_t>(span_hash[1] % 100'000'000));
  spans.name.add("GET /orders/{id}");
  spans.kind.add(2);
  spans.status.add(0);
  spans.status_message.add("");
  for (auto* column : {&spans.flags, &spans.dropped_attributes, &spans.dropped_events, &spans.dropped_links})
    column->add(0);
  spans.sample_rate.add(1);
  for (int i = 0; i < 6; ++i)
    spans.attributes.add_string("label." + std::to_string(i),
                                i < 4 ? "value " + std::to_string(n % 50) : "id " + std::to_string(span_hash[1]));
  for (int i = 0; i < 6; ++i)
    spans.attributes.add_int("number." + std::to_string(i), static_cast<std::int64_t>(span_hash[0] % 1000));
  for (int i = 0; i < 3; ++i)
    spans.attributes.add_double("ratio." + std::to_string(i), static_cast<double>(span_hash[1] % 1000) / 7);
  spans.attributes.add_bool("cached", n % 3 == 0);
  spans.attributes.end_row();
  spans.event_time.end_row();
  spans.event_name.end_row();
  spans.event_attributes.end_row();
  spans.event_dropped_attributes.end_row();
  spans.link_trace_id.end_row();
  spans.link_span_id.end_row();
  spans.link_trace_state.end_row();
  spans.link_attributes.end_row();
  spans.link_flags.end_row();
  spans.link_dropped_attributes.end_row();
}

/// Spans of 16 attributes, in blocks of so many; merges that run meanwhile are in the CPU.
void insert_spans(benchmark::State& state) {
  Store store;
  const auto rows = static_cast<std::size_t>(state.range(0));
  SpanColumns spans;
  for (std::size_t i = 0; i < rows; ++i) add_span(spans, i, UnixNanos::now());
  if (!spans.misaligned().empty()) return state.SkipWithError("a column was forgotten");
  NativeWriter block;
  spans.encode(block, 0, rows);
  std::int64_t inserts = 0;
  for (auto _ : state) {
    const auto inserted = store->insert({"spans", block.view(), "bench-" + std::to_string(inserts++)});
    if (!inserted) return state.SkipWithError(inserted.error().message.c_str());
  }
  state.SetItemsProcessed(inserts * static_cast<std::int64_t>(rows));
  const auto usage = store->usage();
  if (usage && usage->rows > 0)
    state.counters["disk_B/span"] = static_cast<double>(usage->disk_bytes) / static_cast<double>(usage->rows);
}
BENCHMARK(insert_spans)
    ->Arg(1)
    ->Arg(100)
    ->Arg(5'000)
    ->Arg(20'000)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void small_query(benchmark::State& state) {
  Store store;
  for (auto _ : state) {
    StatementBuilder builder;
    builder.sql("SELECT name, count() FROM spans WHERE service = ").value("String", "checkout").sql(" GROUP BY name");
    if (!store->execute(std::move(builder).take())) return state.SkipWithError("query failed");
  }
}
BENCHMARK(small_query)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);

void open_and_migrate(benchmark::State& state) {
  for (auto _ : state) Store store;
}
BENCHMARK(open_and_migrate)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tetrascope
