// A browser's request to a server of cpp-httplib, which calls on by libcurl: one trace, both headers, ids in the log.
#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>
#include <thread>

#include "otlp_reader.h"
#include "test_server.h"
#include "tetrascope/kit/integrations/curl.h"
#include "tetrascope/kit/integrations/httplib.h"
#include "tetrascope/kit/integrations/spdlog.h"

namespace tetrascope::kit {
namespace {

TEST(Integrations, OneTraceFromRequestToCallToLog) {
  test::TestServer collector;
  test::TestServer callee([](const test::Received&) { return test::Reply{404, {}, "no", 0, -1}; });
  TracingOptions options;
  OtlpHttpOptions otlp;
  otlp.url = collector.url("/v1/traces");
  options.exporters.push_back(make_otlp_exporter(otlp));
  TracerProvider provider(std::move(options));
  Tracer tracer = provider.tracer("app");
  std::ostringstream text;
  spdlog::logger logger("app", std::make_shared<spdlog::sinks::ostream_sink_mt>(text));
  logger.set_formatter(trace_formatter("%*/%& %v"));

  httplib::Server server;
  server.Get(R"(/users/(\w+))",
             traced(tracer, "/users/:handle", [&](const httplib::Request&, httplib::Response& response) {
               logger.info("asked");
               CURL* handle = curl_easy_init();
               const std::string url = callee.url("/inner?token=hunter2");
               curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
               curl_easy_setopt(
                   handle, CURLOPT_WRITEFUNCTION,
                   +[](char*, std::size_t size, std::size_t count, void*) { return size * count; });
               curl_slist* headers = nullptr;
               traced_perform(tracer, handle, "GET", url, headers);
               curl_slist_free_all(headers);
               curl_easy_cleanup(handle);
               response.set_content("hello", "text/plain");
             }));
  server.Get("/broken", traced(tracer, "/broken", [](const httplib::Request&, httplib::Response&) {
               throw std::runtime_error("it broke");
             }));
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread listening([&] { server.listen_after_bind(); });
  httplib::Client browser("127.0.0.1", port);
  const std::string trace = "5759e988bd862e3fe1be46a994272793";
  const auto answer = browser.Get("/users/andrew?page=2", {{"traceparent", "00-" + trace + "-53995c3f42cd8ad8-01"},
                                                           {"tracestate", "vendor=1"},
                                                           {"baggage", "user=andrew"}});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "hello");
  const auto broken = browser.Get("/broken");
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->status, 500);
  server.stop();
  listening.join();
  ASSERT_TRUE(provider.flush());

  std::map<std::string, test::ReadSpan> spans;
  for (const auto& each : collector.received()) {
    for (const auto& span : test::read_request(each.body).spans) spans[span.name] = span;
  }
  const test::ReadSpan& request = spans["GET /users/:handle"];
  EXPECT_EQ(request.trace_id, trace);
  EXPECT_EQ(request.parent_id, "53995c3f42cd8ad8");
  EXPECT_EQ(request.kind, 2);
  EXPECT_EQ(request.attributes.at("http.response.status_code"), "200");
  EXPECT_EQ(request.attributes.at("http.response.body.size"), "5");
  EXPECT_EQ(request.attributes.at("url.path"), "/users/andrew");
  EXPECT_EQ(request.attributes.at("server.port"), std::to_string(port));
  EXPECT_EQ(request.attributes.at("network.protocol.version"), "1.1");
  const test::ReadSpan& call = spans["GET"];
  EXPECT_EQ(call.parent_id, request.span_id);
  EXPECT_EQ(call.attributes.at("http.response.status_code"), "404");
  EXPECT_EQ(call.attributes.at("url.full"), callee.url("/inner"));
  EXPECT_EQ(call.status, 2);
  const auto inner = callee.received().at(0);
  EXPECT_EQ(inner.headers.at("traceparent"), "00-" + trace + "-" + call.span_id + "-01");
  EXPECT_EQ(inner.headers.at("x-amzn-trace-id"),
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=" + call.span_id + ";Sampled=1");
  EXPECT_EQ(inner.headers.at("tracestate"), "vendor=1");
  EXPECT_EQ(inner.headers.at("baggage"), "user=andrew") << "what the caller gave along goes on";
  EXPECT_EQ(text.str(), trace + "/" + request.span_id + " asked\n");
  EXPECT_EQ(spans["GET /broken"].events.at(0).second.at("exception.message"), "it broke");
  EXPECT_EQ(spans["GET /broken"].status, 2);
}

}  // namespace
}  // namespace tetrascope::kit
