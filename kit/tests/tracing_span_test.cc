#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "otlp_reader.h"
#include "test_server.h"
#include "tetrascope/kit/diagnostics.h"
#include "tetrascope/kit/tracing.h"

namespace tetrascope::kit {
namespace {

using test::ReadSpan;
using test::Received;
using test::Reply;
using test::TestServer;

TracingOptions to(const TestServer& server) {
  TracingOptions options;
  options.resource = Resource().set("service.name", "backend");
  OtlpHttpOptions otlp;
  otlp.url = server.url("/v1/traces");
  otlp.headers = {{"x-honeycomb-team", "key"}};
  options.exporters.push_back(make_otlp_exporter(otlp));
  return options;
}

std::map<std::string, ReadSpan> spans_of(TestServer& server) {
  std::map<std::string, ReadSpan> spans;
  for (const Received& each : server.received()) {
    for (const ReadSpan& span : test::read_request(each.body).spans) spans[span.name] = span;
  }
  return spans;
}

TEST(Span, EverythingSetOnItArrives) {
  TestServer server;
  TracerProvider provider(to(server));
  Tracer tracer = provider.tracer("app", "1.2");
  const SpanContext linked = *parse_traceparent("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01");
  {
    ActiveSpan root = tracer.start_active("root", SpanKind::kServer);
    const std::string_view names[] = {"a", "b"};
    root->set_attribute("text", "hi")
        .set_attribute("whole", -5)
        .set_attribute("real", 0.5)
        .set_attribute("yes", true)
        .set_attribute("names", AttributeValue(names, 2))
        .set_attribute("ints", std::vector<std::int64_t>{1, 2})
        .set_attribute("text", "again")
        .set_attribute("bad", "a\xFF");
    root->add_event("retry", {{"attempt", 2}}).add_link(linked, {{"why", "batch"}});
    root->set_status(StatusCode::kError, "broken").set_status(StatusCode::kUnset);
    Span child = tracer.start_span("child", SpanKind::kClient);
    EXPECT_EQ(child.context().trace_id, root->context().trace_id);
  }
  ASSERT_TRUE(provider.flush());
  const auto requests = server.received();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].headers.at("content-type"), "application/x-protobuf");
  EXPECT_EQ(requests[0].headers.at("content-encoding"), "gzip");
  EXPECT_EQ(requests[0].headers.at("x-honeycomb-team"), "key");
  EXPECT_EQ(test::read_request(requests[0].body).resource.at("service.name"), "backend");
  auto spans = spans_of(server);
  const ReadSpan& root = spans.at("root");
  EXPECT_EQ(root.attributes, (std::map<std::string, std::string>{{"text", "again"},
                                                                 {"whole", "-5"},
                                                                 {"real", "0.500000"},
                                                                 {"yes", "true"},
                                                                 {"names", "[a,b]"},
                                                                 {"ints", "[1,2]"},
                                                                 {"bad", "a\xEF\xBF\xBD"}}));
  ASSERT_EQ(root.events.size(), 1U);
  EXPECT_EQ(root.events[0].second.at("attempt"), "2");
  EXPECT_EQ(root.links, std::vector<std::string>{"5759e988bd862e3fe1be46a994272793"});
  EXPECT_EQ(root.status, 2);
  EXPECT_EQ(root.status_message, "broken");
  EXPECT_EQ(root.scope, "app");
  EXPECT_EQ(root.parent_id, "");
  EXPECT_EQ(root.kind, 2);
  EXPECT_LE(root.start, root.end);
  const ReadSpan& child = spans.at("child");
  EXPECT_EQ(child.parent_id, root.span_id);
  EXPECT_EQ(child.trace_id, root.trace_id);
  EXPECT_EQ(child.kind, 3);
  EXPECT_EQ(child.flags, 0x101U);
  EXPECT_EQ(provider.stats().exported, 2U);
}

TEST(Span, LimitsDropAndCount) {
  TestServer server;
  TracingOptions options = to(server);
  options.limits = {3, 1, 1, 1, 1, 4};
  TracerProvider provider(std::move(options));
  {
    Span span = provider.tracer("t").start_span("s");
    for (int i = 0; i < 5; ++i) span.set_attribute("key" + std::to_string(i), "longer than four");
    span.set_attribute("key0", "new");
    for (int i = 0; i < 3; ++i) span.add_event("e", {{"a", 1}, {"b", 2}}).add_link(span.context());
  }
  provider.flush();
  const ReadSpan span = spans_of(server).at("s");
  EXPECT_EQ(span.attributes, (std::map<std::string, std::string>{{"key0", "new"}, {"key1", "long"}, {"key2", "long"}}));
  EXPECT_EQ(span.dropped_attributes, 2U);
  EXPECT_EQ(span.dropped_events, 2U);
  EXPECT_EQ(span.dropped_links, 2U);
  EXPECT_EQ(span.events[0].second.size(), 1U);
}

TEST(Span, ManyAttributesOutgrowTheRecord) {
  TestServer server;
  TracerProvider provider(to(server));
  std::map<std::string, std::string> want;
  {
    Span span = provider.tracer("t").start_span("big");
    for (int i = 0; i < 100; ++i) {
      const std::string key = "key." + std::to_string(i);
      want[key] = std::string(200, 'x') + std::to_string(i);
      span.set_attribute(key, want[key]);
    }
  }
  provider.flush();
  EXPECT_EQ(spans_of(server).at("big").attributes, want);
}

TEST(Span, ExceptionsAreRecordedWithTheirTypes) {
  TestServer server;
  TracerProvider provider(to(server));
  Tracer tracer = provider.tracer("t");
  EXPECT_THROW(tracer.in_span("std", [](Span&) -> int { throw std::out_of_range("too far"); }), std::out_of_range);
  EXPECT_THROW(tracer.in_span("odd", [](Span&) { throw 7; }), int);
  EXPECT_EQ(tracer.in_span("fine", [](Span& span) { return span.recording() ? 1 : 0; }), 1);
  provider.flush();
  auto spans = spans_of(server);
  EXPECT_EQ(spans["std"].events.at(0).first, "exception");
  EXPECT_EQ(spans["std"].events[0].second.at("exception.type"), "std::out_of_range");
  EXPECT_EQ(spans["std"].events[0].second.at("exception.message"), "too far");
  EXPECT_EQ(spans["std"].status, 2);
  EXPECT_EQ(spans["odd"].events.at(0).second.at("exception.type"), "int");
  EXPECT_EQ(spans["fine"].status, 0);
}

TEST(Context, FollowsScopesAndCrossesThreads) {
  TestServer server;
  TracerProvider provider(to(server));
  Tracer tracer = provider.tracer("t");
  EXPECT_FALSE(Context::current().span.valid());
  {
    ActiveSpan outer = tracer.start_active("outer");
    EXPECT_EQ(active_span(), &*outer);
    const Context here = Context::current();
    std::thread([&] {
      EXPECT_FALSE(Context::current().span.valid());
      Scope scope(here);
      Span span = tracer.start_span("elsewhere");
      EXPECT_EQ(span.context().trace_id, here.span.trace_id);
      EXPECT_EQ(active_span(), nullptr);
    }).join();
    SpanOptions apart;
    apart.root = true;
    EXPECT_NE(tracer.start_span("apart", apart).context().trace_id, here.span.trace_id);
    EXPECT_EQ(active_ids().span_id, here.span.span_id.hex());
  }
  EXPECT_EQ(active_span(), nullptr);
  provider.flush();
  auto spans = spans_of(server);
  EXPECT_EQ(spans["elsewhere"].parent_id, spans["outer"].span_id);
  EXPECT_EQ(spans["apart"].parent_id, "");
}

TEST(Sampler, DecidesByParentAndByShare) {
  TracingOptions options;
  options.sampler = Sampler::parent_based(Sampler::always_off());
  TracerProvider provider(std::move(options));
  Tracer tracer = provider.tracer("t");
  Span off = tracer.start_span("off");
  EXPECT_FALSE(off.recording());
  EXPECT_TRUE(off.context().valid()) << "ids are passed on all the same";
  Context remote;
  remote.span = *parse_traceparent("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01");
  SpanOptions under;
  under.parent = &remote;
  EXPECT_TRUE(tracer.start_span("on", under).recording());
  remote.span.sampling_deferred = true;
  EXPECT_FALSE(tracer.start_span("deferred", under).recording());

  const auto share = [](double of) {
    const auto sampler = Sampler::ratio(of);
    int taken = 0;
    for (unsigned i = 0; i < 10'000; ++i) {
      TraceId id;
      for (std::size_t b = 0; b < 16; ++b) id.bytes[b] = static_cast<std::uint8_t>((i * 2654435761U) >> (8 * (b % 4)));
      id.bytes[8] = static_cast<std::uint8_t>(i * 37U);
      taken += sampler->decide({SpanContext(), id, "n", SpanKind::kServer, {}}).sampled ? 1 : 0;
    }
    return taken;
  };
  EXPECT_EQ(share(0), 0);
  EXPECT_EQ(share(1), 10'000);
  EXPECT_NEAR(share(0.25), 2'500, 300);
}

TEST(Fork, TheChildSendsItsOwnSpansUnderItsOwnIds) {
  TestServer server;
  TracerProvider provider(to(server));
  Tracer tracer = provider.tracer("t");
  tracer.start_span("parent before").end();
  const pid_t child = fork();
  if (child == 0) {
    tracer.start_span("in child").end();
    _exit(provider.flush(5'000) && provider.stats().exported == 1 ? 0 : 1);
  }
  tracer.start_span("parent after").end();
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  ASSERT_TRUE(provider.flush());
  int seen = 0;
  std::map<std::string, std::string> ids;
  for (const Received& each : server.received()) {
    for (const ReadSpan& span : test::read_request(each.body).spans) {
      ++seen;
      ids[span.name] = span.span_id;
    }
  }
  EXPECT_EQ(seen, 3) << "each span once";
  EXPECT_NE(ids["in child"], ids["parent after"]);
}

TEST(Exit, WhatIsQueuedIsSent) {
  TestServer server;
  const pid_t child = fork();
  if (child == 0) {
    std::atexit([] { _exit(0); });  // after the kit's own: what a fork leaves behind would count as a leak
    start_tracing(to(server));
    tracer("t").start_span("last words").end();
    std::exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  const auto all = server.received();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(test::read_request(all[0].body).spans.at(0).name, "last words");
}

}  // namespace
}  // namespace tetrascope::kit
