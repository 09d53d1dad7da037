// A request of Boost.Beast in a span: what it says of the request, the caller's ids and baggage, and what goes wrong.
#include <gtest/gtest.h>

#include <stdexcept>

#include <boost/beast/http/string_body.hpp>

#include "otlp_reader.h"
#include "test_server.h"
#include "tetrascope/kit/integrations/beast.h"

namespace tetrascope::kit {
namespace {

namespace http = boost::beast::http;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

TEST(Beast, RequestsAnswersAndErrorsAreInTheSpan) {
  test::TestServer collector;
  TracingOptions options;
  OtlpHttpOptions otlp;
  otlp.url = collector.url("/v1/traces");
  options.exporters.push_back(make_otlp_exporter(otlp));
  TracerProvider provider(std::move(options));
  Tracer tracer = provider.tracer("app");

  Request request(http::verb::get, "/users/andrew?sig=hunter2&page=2&", 11);
  request.set(http::field::host, "[::1]:8080");
  request.set("X-Amzn-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1");
  request.set("baggage", "user=andrew");
  Baggage baggage;
  const auto response = traced(tracer, request, "/users/:handle", "192.0.2.1", [&](const Request&) {
    baggage = *Context::current().baggage;
    Response made(http::status::service_unavailable, 11);
    made.body() = "later";
    return made;
  });
  EXPECT_EQ(response.result_int(), 503U);
  EXPECT_EQ(baggage["user"], "andrew");
  EXPECT_EQ(Context::current().baggage, nullptr) << "it goes with the request";

  request.erase("X-Amzn-Trace-Id");
  request.target("/broken");
  EXPECT_THROW(
      traced(tracer, request, "/broken", "", [](const Request&) -> Response { throw std::runtime_error("no"); }),
      std::runtime_error);
  EXPECT_THROW(traced(tracer, request, "/odd", "", [](const Request&) -> Response { throw 7; }), int);
  ASSERT_TRUE(provider.flush());

  std::map<std::string, test::ReadSpan> spans;
  for (const auto& each : collector.received()) {
    for (const auto& span : test::read_request(each.body).spans) spans[span.name] = span;
  }
  ASSERT_EQ(spans.size(), 3U);
  const test::ReadSpan& first = spans["GET /users/:handle"];
  EXPECT_EQ(first.trace_id, "5759e988bd862e3fe1be46a994272793");
  EXPECT_EQ(first.parent_id, "53995c3f42cd8ad8");
  EXPECT_EQ(first.kind, 2);
  EXPECT_EQ(first.status, 2);
  const std::pair<const char*, const char*> attributes[] = {
      {"http.request.method", "GET"},   {"http.route", "/users/:handle"},
      {"url.path", "/users/andrew"},    {"url.query", "sig=REDACTED&page=2&"},
      {"server.address", "[::1]"},      {"server.port", "8080"},
      {"client.address", "192.0.2.1"},  {"http.response.status_code", "503"},
      {"http.response.body.size", "5"}, {"error.type", "503"}};
  for (const auto& [key, value] : attributes) EXPECT_EQ(first.attributes.at(key), value) << key;
  for (const char* name : {"GET /broken", "GET /odd"}) {
    EXPECT_EQ(spans[name].status, 2) << name;
    EXPECT_EQ(spans[name].attributes.at("http.response.status_code"), "500") << name;
    EXPECT_EQ(spans[name].events.size(), 1U) << name;
  }
  EXPECT_NE(spans["GET /broken"].trace_id, first.trace_id);
}

}  // namespace
}  // namespace tetrascope::kit
