// One request as an instrumented program reports it to all four vendors; prints its trace id when all was delivered.
//     one_request ROLLBAR_ENDPOINT       the rest by the vendors' own variables
#include <spdlog/logger.h>

#include <cstdio>
#include <stdexcept>

#include "tetrascope/kit/cloudwatch_logs.h"
#include "tetrascope/kit/metrics.h"
#include "tetrascope/kit/rollbar.h"
#include "tetrascope/kit/tracing.h"
#include "tetrascope/kit/xray.h"

namespace kit = tetrascope::kit;

int main(int count, char** arguments) {
  if (count != 2) return 2;
  kit::TracingOptions options = kit::TracingOptions::from_environment();
  kit::XrayOptions xray = kit::XrayOptions::from_environment();
  xray.annotations = {"app.handle"};
  options.exporters.push_back(kit::make_xray_exporter(xray));
  kit::TracerProvider& provider = kit::start_tracing(std::move(options));
  kit::CloudWatchLogsOptions logs;
  logs.log_group = "cruddur";
  auto sink = std::make_shared<kit::CloudWatchLogsSink>(logs);
  spdlog::logger logger("app", sink);
  kit::RollbarOptions errors;
  errors.endpoint = arguments[1];
  kit::Rollbar rollbar(errors);
  kit::Meter meter("cruddur");
  meter.counter("requests").add(1, {{"http.route", "/api/activities/home"}});

  kit::Tracer tracer = kit::tracer("cruddur");
  std::string trace;
  {
    auto request = tracer.start_active("GET /api/activities/home", kit::SpanKind::kServer);
    trace = request->context().trace_id.hex();
    request->set_attributes({{"http.request.method", "GET"},
                             {"url.path", "/api/activities/home"},
                             {"url.scheme", "http"},
                             {"server.address", "cruddur"},
                             {"http.response.status_code", 500},
                             {"app.handle", "andrew"}});
    tracer.start_span("SELECT cruddur", kit::SpanKind::kClient)
        .set_attributes({{"db.system.name", "postgresql"}, {"db.namespace", "cruddur"}, {"db.query.text", "SELECT ?"}})
        .end();
    logger.info("home activities asked");
    try {
      rollbar.guard([] { throw std::runtime_error("the feed is empty"); });
    } catch (const std::exception& error) {
      request->record_exception(error, kit::thrown_stacktrace()).set_status(kit::StatusCode::kError, error.what());
    }
  }
  const bool sent = provider.flush() && sink->flush_within(5'000) && rollbar.flush() && meter.flush();
  const kit::TracingStats stats = provider.stats();
  const bool all =
      stats.exported == 4 && sink->stats().sent == 1 && rollbar.stats().sent == 1 && meter.stats().exported > 0;
  std::printf("%s\n", trace.c_str());
  return sent && all ? 0 : 1;
}
