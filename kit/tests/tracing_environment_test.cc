#include <gtest/gtest.h>

#include <cstdlib>

#include "tetrascope/kit/diagnostics.h"
#include "tetrascope/kit/tracing.h"

namespace tetrascope::kit {
namespace {

/// Variables of one test, gone after it.
class Variables {
 public:
  Variables(std::initializer_list<std::pair<const char*, const char*>> all) {
    for (const auto& [name, value] : all) {
      setenv(name, value, 1);
      names_.push_back(name);
    }
  }
  ~Variables() {
    for (const char* name : names_) unsetenv(name);
  }

 private:
  std::vector<const char*> names_;
};

TEST(Environment, TheDocumentsThreeVariablesDo) {
  Variables set{{"OTEL_EXPORTER_OTLP_ENDPOINT", "https://api.honeycomb.io"},
                {"OTEL_EXPORTER_OTLP_HEADERS", "x-honeycomb-team=abc%3D, X-Other = 1"},
                {"OTEL_SERVICE_NAME", "Cruddur"}};
  const OtlpHttpOptions options = OtlpHttpOptions::from_environment("traces");
  EXPECT_EQ(options.url, "https://api.honeycomb.io/v1/traces");
  ASSERT_EQ(options.headers.size(), 2U);
  EXPECT_EQ(options.headers[0], (std::pair<std::string, std::string>("x-honeycomb-team", "abc=")));
  EXPECT_EQ(options.headers[1], (std::pair<std::string, std::string>("x-other", "1")));
  EXPECT_EQ(Resource::detect().text("service.name"), "Cruddur");
}

TEST(Environment, ASignalsOwnVariablesComeFirst) {
  Variables set{
      {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://a/"}, {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://b/as/it/is"},
      {"OTEL_EXPORTER_OTLP_TIMEOUT", "1000"},       {"OTEL_EXPORTER_OTLP_LOGS_TIMEOUT", "2000"},
      {"OTEL_EXPORTER_OTLP_COMPRESSION", "none"},   {"OTEL_EXPORTER_OTLP_LOGS_COMPRESSION", "gzip"}};
  const OtlpHttpOptions traces = OtlpHttpOptions::from_environment("traces");
  EXPECT_EQ(traces.url, "http://b/as/it/is");
  EXPECT_EQ(traces.timeout_ms, 1000);
  EXPECT_FALSE(traces.gzip);
  const OtlpHttpOptions logs = OtlpHttpOptions::from_environment("logs");
  EXPECT_EQ(logs.url, "http://a/v1/logs");
  EXPECT_EQ(logs.timeout_ms, 2000);
  EXPECT_TRUE(logs.gzip);
}

TEST(Environment, HeaderInjectionIsLeftOut) {
  Variables set{{"OTEL_EXPORTER_OTLP_HEADERS", "a=1%0d%0aX-Evil: 1,b=2"}};
  const OtlpHttpOptions options = OtlpHttpOptions::from_environment("traces");
  ASSERT_EQ(options.headers.size(), 1U);
  EXPECT_EQ(options.headers[0].first, "b");
}

TEST(Environment, ResourceAttributesAndDetection) {
  Variables set{{"OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=dev, service.version=1%2C2,broken"}};
  int said = 0;
  set_diagnostics([&](std::string_view) { ++said; });
  const Resource resource = Resource::detect();
  set_diagnostics(nullptr);
  EXPECT_EQ(said, 1);
  EXPECT_EQ(resource.text("deployment.environment"), "dev");
  EXPECT_EQ(resource.text("service.version"), "1,2");
  EXPECT_EQ(resource.text("service.name"), "unknown_service:kit_tracing_test");
  EXPECT_EQ(resource.text("process.executable.name"), "kit_tracing_test");
  EXPECT_FALSE(resource.text("host.name").empty());
}

TEST(Environment, SamplersByName) {
  struct Case {
    const char* name;
    const char* argument;
    bool root;
    bool under_sampled;
  };
  const SpanContext parent = *parse_traceparent("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01");
  for (const Case each : {Case{"always_on", "", true, true}, Case{"always_off", "", false, false},
                          Case{"traceidratio", "0", false, false}, Case{"parentbased_always_off", "", false, true},
                          Case{"parentbased_traceidratio", "0", false, true}, Case{"nonsense", "", true, true}}) {
    Variables set{{"OTEL_TRACES_SAMPLER", each.name}, {"OTEL_TRACES_SAMPLER_ARG", each.argument}};
    set_diagnostics([](std::string_view) {});
    const auto sampler = Sampler::from_environment();
    set_diagnostics(nullptr);
    const TraceId id = parent.trace_id;
    EXPECT_EQ(sampler->decide({SpanContext(), id, "n", SpanKind::kServer, {}}).sampled, each.root) << each.name;
    EXPECT_EQ(sampler->decide({parent, id, "n", SpanKind::kServer, {}}).sampled, each.under_sampled) << each.name;
  }
}

TEST(Environment, DisabledMeansNothing) {
  Variables set{{"OTEL_SDK_DISABLED", "true"}};
  const TracingOptions options = TracingOptions::from_environment();
  EXPECT_TRUE(options.exporters.empty());
  TracerProvider provider(TracingOptions::from_environment());
  EXPECT_FALSE(provider.tracer("t").start_span("s").recording());
}

TEST(Environment, BatchNumbersOutOfRangeAreMadeToFit) {
  Variables set{{"OTEL_BSP_MAX_QUEUE_SIZE", "100"},
                {"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "512"},
                {"OTEL_BSP_SCHEDULE_DELAY", "soon"}};
  set_diagnostics([](std::string_view) {});
  const BatchOptions options = BatchOptions::from_environment();
  set_diagnostics(nullptr);
  EXPECT_EQ(options.queue_spans, 100U);
  EXPECT_EQ(options.batch_spans, 100U);
  EXPECT_EQ(options.schedule_delay_ms, 5'000);
}

}  // namespace
}  // namespace tetrascope::kit
