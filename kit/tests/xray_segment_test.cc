#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <thread>

#include <nlohmann/json.hpp>

#include "tetrascope/kit/diagnostics.h"
#include "tetrascope/kit/tracing.h"
#include "tetrascope/kit/xray.h"
#include "xray/daemon_address.h"
#include "xray_daemon.h"

namespace tetrascope::kit {
namespace {

using nlohmann::json;
using Daemon = test::XrayDaemon;

TracingOptions to(const Daemon& daemon, XrayOptions xray = {}) {
  TracingOptions options;
  options.resource = Resource().set("service.name", "backend-flask").set("service.version", "7");
  xray.daemon = daemon.address();
  options.exporters.push_back(make_xray_exporter(xray));
  return options;
}

TEST(Segment, ARequestWithItsCallsIsOneDocument) {
  Daemon daemon;
  XrayOptions xray;
  xray.annotations = {"cruddur.handle"};
  TracerProvider provider(to(daemon, xray));
  Tracer tracer = provider.tracer("t");
  std::string trace;
  {
    ActiveSpan request = tracer.start_active("GET /api/activities", SpanKind::kServer);
    trace = request->context().trace_id.xray();
    request->set_attributes({{"http.request.method", "GET"},
                             {"url.scheme", "http"},
                             {"server.address", "backend"},
                             {"server.port", 4567},
                             {"url.path", "/api/activities"},
                             {"http.response.status_code", 503},
                             {"client.address", "10.0.0.9"},
                             {"network.peer.address", "172.16.0.1"},
                             {"cruddur.handle", "andrew"},
                             {"rows", 5}});
    ActiveSpan work = tracer.start_active("home_activities");
    Span sql = tracer.start_span("SELECT activities", SpanKind::kClient);
    sql.set_attributes({{"db.system", "postgresql"},
                        {"db.name", "cruddur"},
                        {"server.address", "db"},
                        {"db.query.text", "SELECT * FROM activities WHERE id = ?"},
                        {"db.user", "app"}});
    sql.end();
    work->record_exception(std::runtime_error("no rows"), "at find (/srv/home.cc:12)\nat main (/srv/main.cc:3)");
    work->set_status(StatusCode::kError);
  }
  ASSERT_TRUE(provider.flush());
  const auto all = daemon.documents();
  ASSERT_EQ(all.size(), 1U);
  const json& segment = all[0];
  EXPECT_EQ(segment["name"], "backend-flask");
  EXPECT_EQ(segment["trace_id"], trace);
  EXPECT_EQ(segment["service"]["version"], "7");
  EXPECT_FALSE(segment.contains("type"));
  EXPECT_FALSE(segment.contains("parent_id"));
  EXPECT_EQ(segment["http"]["request"]["url"], "http://backend:4567/api/activities");
  EXPECT_EQ(segment["http"]["request"]["client_ip"], "10.0.0.9");
  EXPECT_EQ(segment["http"]["request"]["x_forwarded_for"], true);
  EXPECT_EQ(segment["http"]["response"]["status"], 503);
  EXPECT_EQ(segment["fault"], true);
  EXPECT_FALSE(segment.contains("error"));
  EXPECT_EQ(segment["annotations"], json({{"cruddur_handle", "andrew"}}));
  EXPECT_EQ(segment["metadata"]["default"], json({{"rows", 5}}));
  EXPECT_LE(segment["start_time"].get<double>(), segment["end_time"].get<double>());
  const json& work = segment["subsegments"].at(0);
  EXPECT_EQ(work["name"], "home_activities");
  EXPECT_EQ(work["fault"], true);
  const json& exception = work["cause"]["exceptions"].at(0);
  EXPECT_EQ(exception["type"], "std::runtime_error");
  EXPECT_EQ(exception["stack"], json::parse(R"([{"path":"/srv/home.cc","line":12,"label":"find"},
                                                {"path":"/srv/main.cc","line":3,"label":"main"}])"));
  const json& sql = work["subsegments"].at(0);
  EXPECT_EQ(sql["name"], "cruddur@db");
  EXPECT_EQ(sql["namespace"], "remote");
  EXPECT_EQ(sql["sql"]["sanitized_query"], "SELECT * FROM activities WHERE id = ?");
  EXPECT_EQ(sql["sql"]["url"], "postgresql://db/cruddur");
  EXPECT_FALSE(sql.contains("trace_id"));
}

TEST(Segment, ACallOfAnAwsServiceIsNamedAfterIt) {
  Daemon daemon;
  TracerProvider provider(to(daemon));
  Tracer tracer = provider.tracer("t");
  {
    const ActiveSpan request = tracer.start_active("r", SpanKind::kServer);
    tracer.start_span("call", SpanKind::kClient)
        .set_attribute("rpc.system", "aws-api")
        .set_attribute("rpc.service", "DynamoDB")
        .set_attribute("rpc.method", "GetItem")
        .set_attribute("cloud.region", "eu-central-1")
        .set_attribute("aws.request_id", "4FBQ")
        .set_attribute("aws.table_name", "people")
        .set_attribute("http.response.status_code", 429)
        .end();
  }
  provider.flush();
  const auto all = daemon.documents();
  ASSERT_EQ(all.size(), 1U);
  const json& call = all[0]["subsegments"].at(0);
  EXPECT_EQ(call["name"], "DynamoDB");
  EXPECT_EQ(call["namespace"], "aws");
  EXPECT_EQ(
      call["aws"],
      (json{{"operation", "GetItem"}, {"region", "eu-central-1"}, {"request_id", "4FBQ"}, {"table_name", "people"}}));
  EXPECT_EQ(call["throttle"], true);
}

TEST(Segment, SaysWhereItRuns) {
  const auto origin = [](const Resource& resource) {
    Daemon daemon;
    TracingOptions options = to(daemon);
    options.resource = resource;
    TracerProvider provider(std::move(options));
    provider.tracer("t").start_span("s", SpanKind::kServer).end();
    provider.flush();
    const auto all = daemon.documents();
    return all.size() == 1 ? all[0] : json();
  };
  Resource resource;
  resource.set("service.name", "s").set("host.name", "ip-10-0-0-1").set("container.id", "0af7");
  const std::pair<const char*, const char*> platforms[] = {
      {"aws_ec2", "AWS::EC2::Instance"}, {"aws_ecs", "AWS::ECS::Container"}, {"aws_eks", "AWS::EKS::Container"}};
  for (const auto& [platform, name] : platforms) {
    EXPECT_EQ(origin(Resource(resource).set("cloud.platform", platform))["origin"], name);
  }
  setenv("ECS_CONTAINER_METADATA_URI_V4", "http://169.254.170.2/v4/0af7", 1);
  const json document = origin(resource);
  unsetenv("ECS_CONTAINER_METADATA_URI_V4");
  EXPECT_EQ(document["origin"], "AWS::ECS::Container");
  EXPECT_EQ(document["aws"]["ecs"], (json{{"container", "ip-10-0-0-1"}, {"container_id", "0af7"}}));
  EXPECT_EQ(document["aws"]["xray"]["sdk"], "tetrascope-kit for C++");
}

TEST(Segment, FlagsFollowTheStatus) {
  struct Case {
    int status;
    bool error, throttle, fault;
  };
  for (const Case each : {Case{200, false, false, false}, Case{404, true, false, false}, Case{429, true, true, false},
                          Case{500, false, false, true}}) {
    Daemon daemon;
    TracerProvider provider(to(daemon));
    Span span = provider.tracer("t").start_span("s", SpanKind::kServer);
    span.set_attribute("http.response.status_code", each.status);
    if (each.status >= 400) span.set_status(StatusCode::kError);
    span.end();
    provider.flush();
    const auto all = daemon.documents();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].value("error", false), each.error) << each.status;
    EXPECT_EQ(all[0].value("throttle", false), each.throttle) << each.status;
    EXPECT_EQ(all[0].value("fault", false), each.fault) << each.status;
  }
}

TEST(Segment, NamesAreMadeFitForXray) {
  struct Case {
    std::string service, pattern, host, want;
  };
  const Case cases[] = {
      {"Cruddur", "", "h", "Cruddur"},
      {"Cruddur", "*4567-ws.example.org*", "https://4567-ws.example.org", "https://4567-ws.example.org"},
      {"Cruddur", "*4567-ws.example.org*", "other", "Cruddur"},
      {"a?b;c*(d)!", "", "h", "abcd"},
      {"", "", "h", "backend-flask"},
      {"\xC3\xBC" + std::string(300, 'x'), "", "h", "\xC3\xBC" + std::string(198, 'x')},
  };
  for (const Case& each : cases) {
    Daemon daemon;
    XrayOptions xray;
    xray.service = each.service;
    xray.dynamic_naming = each.pattern;
    TracerProvider provider(to(daemon, xray));
    provider.tracer("t").start_span("s", SpanKind::kServer).set_attribute("server.address", each.host).end();
    provider.flush();
    const auto all = daemon.documents();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0]["name"], each.want);
  }
}

TEST(Segment, ARemoteParentIsKeptAndTheTraceGoesOn) {
  Daemon daemon;
  TracerProvider provider(to(daemon));
  Context remote;
  remote.span = *parse_xray_header("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1");
  SpanOptions options;
  options.parent = &remote;
  options.kind = SpanKind::kServer;
  provider.tracer("t").start_span("s", options).end();
  remote.span = *parse_xray_header("Root=1-5759e988-bd862e3fe1be46a994272793");  // a load balancer's
  provider.tracer("t").start_span("s", options).end();
  provider.flush();
  const auto all = daemon.documents();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]["trace_id"], "1-5759e988-bd862e3fe1be46a994272793");
  EXPECT_EQ(all[0]["parent_id"], "53995c3f42cd8ad8");
  EXPECT_EQ(all[1]["trace_id"], "1-5759e988-bd862e3fe1be46a994272793");
  EXPECT_FALSE(all[1].contains("parent_id"));
}

TEST(Segment, LargeTreesAreStreamedAndNothingIsLost) {
  Daemon daemon;
  XrayOptions xray;
  xray.most_subsegments = 10;
  TracerProvider provider(to(daemon, xray));
  Tracer tracer = provider.tracer("t");
  {
    ActiveSpan request = tracer.start_active("r", SpanKind::kServer);
    for (int i = 0; i < 25; ++i) tracer.start_span("call " + std::to_string(i)).end();
  }
  provider.flush();
  int alone = 0;
  int embedded = 0;
  std::string segment;
  const auto all = daemon.documents();
  for (const json& each : all) {
    if (!each.contains("type")) {
      segment = each["id"];
      embedded += static_cast<int>(each["subsegments"].size());
    }
  }
  for (const json& each : all) {
    if (each.value("type", "") != "subsegment") continue;
    ++alone;
    EXPECT_EQ(each["parent_id"], segment);
    EXPECT_TRUE(each.contains("trace_id"));
  }
  EXPECT_EQ(alone, 22);
  EXPECT_EQ(embedded, 3);
}

TEST(Segment, ADocumentTooLargeIsSplitAndThenShortened) {
  Daemon daemon;
  XrayOptions xray;
  TracerProvider provider(to(daemon, xray));
  Tracer tracer = provider.tracer("t");
  {
    ActiveSpan request = tracer.start_active("r", SpanKind::kServer);
    for (int i = 0; i < 5; ++i) tracer.start_span("c").set_attribute("blob", std::string(20'000, 'x')).end();
    request->set_attribute("too much", std::string(70'000, 'y'));
  }
  provider.flush();
  const auto all = daemon.documents();
  EXPECT_EQ(all.size(), 6U);
  EXPECT_EQ(provider.stats().failed, 0U);
  for (const json& each : all) {
    EXPECT_FALSE(!each.contains("type") && each.contains("metadata"));
  }
}

TEST(Segment, ALongSegmentIsShownInProgressThenWhole) {
  Daemon daemon;
  XrayOptions xray;
  xray.in_progress_after_ms = 0;
  TracerProvider provider(to(daemon, xray));
  Span span = provider.tracer("t").start_span("s", SpanKind::kServer);
  provider.flush();
  auto all = daemon.documents();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0]["in_progress"], true);
  EXPECT_FALSE(all[0].contains("end_time"));
  const std::string id = all[0]["id"];
  provider.flush();
  EXPECT_TRUE(daemon.documents().empty()) << "once";
  span.end();
  provider.flush();
  all = daemon.documents();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0]["id"], id);
  EXPECT_TRUE(all[0].contains("end_time"));
  EXPECT_EQ(provider.stats().exported, 1U);
}

TEST(Segment, WhereNobodyListensEverySpanIsCountedAsLostAndSaidOnce) {
  std::mutex mutex;
  std::vector<std::string> said;
  set_diagnostics([&](std::string_view line) {
    const std::lock_guard lock(mutex);
    said.emplace_back(line);
  });
  TracingOptions options;
  XrayOptions xray;
  {
    const Daemon gone;
    xray.daemon = gone.address();
  }
  options.exporters.push_back(make_xray_exporter(xray));
  TracerProvider provider(std::move(options));
  Tracer tracer = provider.tracer("t");
  for (int i = 0; i < 3; ++i) {
    const ActiveSpan request = tracer.start_active("r", SpanKind::kServer);
    for (int call = 0; call < 4; ++call) tracer.start_span("call").end();
  }
  provider.flush();
  EXPECT_EQ(provider.stats().failed, 15U);
  EXPECT_EQ(provider.stats().exported, 0U);
  tracer.start_span("whose segment never ends").end();
  provider.shutdown();
  set_diagnostics(nullptr);
  const TracingStats stats = provider.stats();
  EXPECT_EQ(stats.exported + stats.failed, stats.ended);
  EXPECT_EQ(std::count_if(said.begin(), said.end(),
                          [](const auto& line) { return line.find("nobody listens") != std::string::npos; }),
            1);
}

TEST(DaemonAddress, BothFormsAndNothingElse) {
  struct Case {
    std::string text;
    std::string udp, tcp;  // empty: refused
  };
  const Case cases[] = {{"127.0.0.1:2000", "127.0.0.1 2000", "127.0.0.1 2000"},
                        {"tcp:a:1 udp:b:2", "b 2", "a 1"},
                        {"udp:b:2  tcp:a:1", "b 2", "a 1"},
                        {"[::1]:2000", "::1 2000", "::1 2000"},
                        {"xray-daemon", "", ""},
                        {"tcp:a:1", "", ""},
                        {"tcp:a:1 tcp:b:2", "", ""},
                        {"a:port", "", ""},
                        {":2000", "", ""},
                        {"", "", ""}};
  for (const Case& each : cases) {
    const auto address = parse_daemon_address(each.text);
    ASSERT_EQ(address.has_value(), !each.udp.empty()) << each.text;
    if (!address) continue;
    EXPECT_EQ(address->udp.host + " " + address->udp.port, each.udp);
    EXPECT_EQ(address->tcp.host + " " + address->tcp.port, each.tcp);
  }
}

}  // namespace
}  // namespace tetrascope::kit
