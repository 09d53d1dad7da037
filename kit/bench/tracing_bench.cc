// What a span costs the thread that makes it, and what encoding costs the thread that sends it.
#include <benchmark/benchmark.h>
#include <time.h>

#include "core/deadline.h"
#include "core/gzip.h"
#include "test_server.h"
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

// The exporter's thread shares the core when the benchmark is pinned to one, and its caches.
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
BENCHMARK(recorded_span)->MeasureProcessCPUTime();  // the exporter's thread too, which takes and releases what ended

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

// One batch, of spans that differ in what differs between requests.
kit::TracingOptions batch_of_512(std::unique_ptr<kit::SpanExporter> exporter) {
  kit::TracingOptions all;
  all.batch = {1024, 512, 3'600'000};
  all.exporters.push_back(std::move(exporter));
  return all;
}

void make_512(kit::TracerProvider& provider) {
  const char* agents[] = {"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
                          "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15", "curl/8.5.0"};
  kit::Tracer tracer = provider.tracer("bench");
  for (std::uint32_t i = 0; i < 512; ++i) {
    const std::uint32_t some = i * 2'654'435'761U >> 8;  // the same in every run
    kit::Span span = tracer.start_span("GET /api/activities", kit::SpanKind::kServer);
    set_eight(span);
    span.set_attribute("url.path", "/api/activities/visitor" + std::to_string(some % 5'000))
        .set_attribute("http.response.status_code", some % 20 == 0 ? 404 : 200)
        .set_attribute("http.response.body.size", some % 100'000)
        .set_attribute("user.agent", agents[some % 3]);
  }
  provider.flush(600'000);
}

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
  kit::TracerProvider provider(batch_of_512(std::make_unique<Encode>(state, state.range(0) != 0)));
  make_512(provider);
}
BENCHMARK(encode)->Arg(0)->Arg(1)->ArgName("gzip")->MeasureProcessCPUTime();

double thread_cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// The exporter as it is, to a server on this machine: encoded, zipped, sent, answered. The time is the processor time
// of the thread that exports; the server's, which inflates and keeps, is not in it.
class Export final : public kit::SpanExporter {
 public:
  Export(benchmark::State& state, kit::OtlpHttpOptions options)
      : state_(state), inner_(kit::make_otlp_exporter(std::move(options))) {}
  void start(const kit::Resource& resource) override { inner_->start(resource); }
  kit::ExportCounts export_batch(const kit::SpanBatch& batch, kit::Deadline& deadline) override {
    std::uint64_t lost = 0;
    for (auto _ : state_) {
      const double begin = thread_cpu_seconds();
      lost += batch.size - inner_->export_batch(batch, deadline).exported;
      state_.SetIterationTime(thread_cpu_seconds() - begin);
    }
    state_.SetItemsProcessed(static_cast<std::int64_t>(state_.iterations() * batch.size));
    state_.counters["lost"] = static_cast<double>(lost);
    return {batch.size, 0, 0};
  }

 private:
  benchmark::State& state_;
  const std::unique_ptr<kit::SpanExporter> inner_;
};

void export_over_http(benchmark::State& state) {
  kit::test::TestServer server;
  kit::OtlpHttpOptions options;
  options.url = server.url("/v1/traces");
  options.gzip = state.range(0) != 0;
  kit::TracerProvider provider(batch_of_512(std::make_unique<Export>(state, std::move(options))));
  make_512(provider);
}
// The server keeps what comes, so there is an end to it.
BENCHMARK(export_over_http)->Arg(0)->Arg(1)->ArgName("gzip")->Iterations(100)->UseManualTime();

}  // namespace
