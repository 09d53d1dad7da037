// Uses each installed component once, as C++17.
#include <cstdio>

#ifdef HAS_tracing
#include <tetrascope/kit/tracing.h>
#endif
#ifdef HAS_xray
#include <tetrascope/kit/xray.h>
#endif
#ifdef HAS_cloudwatch_logs
#include <tetrascope/kit/cloudwatch_logs.h>
#endif
#ifdef HAS_rollbar
#include <tetrascope/kit/rollbar.h>
#endif
#ifdef HAS_metrics
#include <tetrascope/kit/metrics.h>
#endif
#ifdef HAS_integration_curl
#include <tetrascope/kit/integrations/curl.h>
#endif
#ifdef HAS_integration_beast
#include <tetrascope/kit/integrations/beast.h>

#include <boost/beast/http/string_body.hpp>
#endif
#ifdef HAS_integration_libpq
#include <tetrascope/kit/integrations/libpq.h>
#endif
#ifdef HAS_integration_spdlog
#include <tetrascope/kit/integrations/spdlog.h>
#endif

namespace kit = tetrascope::kit;

int main() {
  int used = 0;
#ifdef HAS_tracing
  kit::TracingOptions options;
#ifdef HAS_xray
  options.exporters.push_back(kit::make_xray_exporter());
#endif
  kit::TracerProvider provider(std::move(options));
  kit::Tracer tracer = provider.tracer("consumer");
  used += tracer.in_span("work", [](kit::Span& span) { return span.recording() ? 1 : 0; });
#endif
#ifdef HAS_cloudwatch_logs
  kit::CloudWatchLogsOptions logs;
  logs.log_group = "g";
  used += kit::CloudWatchLogsSink(logs).stats().accepted == 0 ? 1 : 0;
#endif
#ifdef HAS_rollbar
  used += kit::Rollbar().stats().sent == 0 ? 1 : 0;
#endif
#ifdef HAS_metrics
  used += sizeof(kit::Meter) > 0 ? 1 : 0;
#endif
#ifdef HAS_integration_curl
  CURL* handle = curl_easy_init();
  curl_slist* headers = nullptr;
  used += kit::traced_perform(tracer, handle, "GET", "", headers) == CURLE_OK ? 0 : 1;  // no URL is set
  curl_slist_free_all(headers);
  curl_easy_cleanup(handle);
#endif
#ifdef HAS_integration_beast
  namespace http = boost::beast::http;
  http::request<http::string_body> request(http::verb::get, "/a?b", 11);
  const auto response = kit::traced(tracer, request, "/a", "127.0.0.1", [](const auto&) {
    return http::response<http::string_body>(http::status::ok, 11);
  });
  used += response.result_int() == 200 ? 1 : 0;
#endif
#ifdef HAS_integration_libpq
  used += kit::without_literals("SELECT 1") == "SELECT ?" ? 1 : 0;
#endif
#ifdef HAS_integration_spdlog
  used += kit::trace_formatter("%* %v") != nullptr ? 1 : 0;
#endif
  std::printf("used %d\n", used);
  return used > 0 ? 0 : 1;
}
