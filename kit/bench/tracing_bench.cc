// What a span costs the thread that makes it, and what encoding costs the thread that sends it.
#include <benchmark/benchmark.h>

#include "core/deadline.h"
#include "core/gzip.h"
#include "tetrascope/kit/tracing.h"
#include "tracing/otlp_encoding.h"

namespace kit = tetrascope::kit;

namespace {

class Swallow final : public kit::SpanExporter {
 public:
  void start(const kit::Resource&) override {}
  kit::ExportCounts export_batch(const kit::SpanBatch& batch, kit::Deadline&) override { return {batch.size, 0, 0}; }
};

kit::TracingOptions options(std::shared_ptr<kit::Sampler> sampler) {
  kit::TracingOptions all;
  all.sampler = std::move(sampler);
  all.exporters.push_back(std::make_unique<Swallow>());
  return all;
}

void set_eight(kit::Span& span) {
  span.set_attribute("http.request.method", "GET")
      .set_attribute("http.route", "/api/activities/{handle}")
      .set_attribute("url.path", "/api/activities/andrewbrown")
      .set_attribute("server.address", "backend-flask")
      .set_attribute("http.response.status_code", 200)
      .set_attribute("http.response.body.size", 4711)
      .set_attribute("user.agent", "Mozilla/5.0")
      .set_attribute("cache.hit", true);
}

// The exporter's thread shares the core when the benchmark is pinned to one: its pop and release are in the figure.
void recorded_span(benchmark::State& state) {
  kit::TracerProvider provider(options(kit::Sampler::always_on()));
  kit::Tracer tracer = provider.tracer("bench");
  for (auto _ : state) {
    kit::Span span = tracer.start_span("GET /api/activities", kit::SpanKind::kServer);
    set_eight(span);
    span.end();
  }
  const kit::TracingStats stats = provider.stats();
  state.counters["dropped_share"] = static_cast<double>(stats.dropped) / static_cast<double>(stats.ended);
}
BENCHMARK(recorded_span);

void recorded_span_in_scope(benchmark::State& state) {
  kit::TracerProvider provider(options(kit::Sampler::parent_based(kit::Sampler::always_on())));
  kit::Tracer tracer = provider.tracer("bench");
  for (auto _ : state) {
    kit::ActiveSpan span = tracer.start_active("GET /api/activities", kit::SpanKind::kServer);
    set_eight(*span);
  }
}
BENCHMARK(recorded_span_in_scope);

void span_not_sampled(benchmark::State& state) {
  kit::TracerProvider provider(options(kit::Sampler::parent_based(kit::Sampler::always_off())));
  kit::Tracer tracer = provider.tracer("bench");
  for (auto _ : state) {
    kit::Span span = tracer.start_span("GET /api/activities", kit::SpanKind::kServer);
    set_eight(span);
    span.end();
  }
}
BENCHMARK(span_not_sampled);

// Encodes and, by argument, zips batches of 512; `items_per_second` is spans.
class Encode final : public kit::SpanExporter {
 public:
  Encode(benchmark::State& state, bool zip) : state_(state), zip_(zip) {}
  void start(const kit::Resource& resource) override { resource_ = kit::encode_resource(resource); }
  kit::ExportCounts export_batch(const kit::SpanBatch& batch, kit::Deadline&) override {
    std::string request;
    std::string zipped;
    for (auto _ : state_) {
      request.clear();
      kit::encode_spans(request, batch, resource_);
      if (zip_) kit::gzip(request, zipped);
      benchmark::DoNotOptimize(request.data());
    }
    state_.SetItemsProcessed(static_cast<std::int64_t>(state_.iterations() * batch.size));
    state_.counters["bytes_a_span"] = static_cast<double>(zip_ ? zipped.size() : request.size()) / double(batch.size);
    return {batch.size, 0, 0};
  }

 private:
  benchmark::State& state_;
  const bool zip_;
  std::string resource_;
};

void encode(benchmark::State& state) {
  kit::TracingOptions all;
  all.batch = {1024, 512, 3'600'000};
  all.exporters.push_back(std::make_unique<Encode>(state, state.range(0) != 0));
  kit::TracerProvider provider(std::move(all));
  kit::Tracer tracer = provider.tracer("bench");
  for (int i = 0; i < 512; ++i) {
    kit::Span span = tracer.start_span("GET /api/activities", kit::SpanKind::kServer);
    set_eight(span);
    span.set_attribute("http.response.body.size", i);
  }
  provider.flush(600'000);
}
BENCHMARK(encode)->Arg(0)->Arg(1)->ArgName("gzip")->MeasureProcessCPUTime();

}  // namespace
