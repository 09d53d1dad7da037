// What the X-Ray SDK for Python sent, beside what the kit sends for the same work.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <regex>
#include <thread>

#include <nlohmann/json.hpp>

#include "json_members.h"
#include "test_server.h"
#include "tetrascope/kit/tracing.h"
#include "tetrascope/kit/xray.h"
#include "xray/sampling_rules.h"
#include "xray_daemon.h"

namespace tetrascope::kit {
namespace {

using nlohmann::json;
using test::JsonMembers;
using test::members_of;
using test::only_in;
using test::unequal;
using Paths = std::set<std::string>;

std::vector<json> captured(const std::string& file) {
  std::vector<json> out;
  std::ifstream lines(std::string(KIT_TESTS) + "/captures/" + file);
  for (std::string line; std::getline(lines, line);) out.push_back(json::parse(line));
  return out;
}

/// One datagram: a header line, a document.
struct Datagram {
  explicit Datagram(const std::string& bytes)
      : header(bytes.substr(0, bytes.find('\n') + 1)), text(bytes.substr(header.size())), document(json::parse(text)) {}
  std::string header;
  std::string text;
  json document;
};

Datagram captured_datagram(std::size_t i) {
  return Datagram(captured("xray_datagrams.jsonl").at(i)["body"].get<std::string>());
}

std::uint64_t nanos(const json& seconds) {
  return static_cast<std::uint64_t>(std::llround(seconds.get<double>() * 1e6)) * 1'000;
}

/// A span with the captured times and, of a segment, its trace and parent. Ids of spans are the kit's own.
class Replay {
 public:
  explicit Replay(const Tracer& tracer) : tracer_(tracer) {}

  Span segment(const json& document, SpanKind kind) {
    Context parent;
    parent.span.trace_id = *TraceId::parse(document["trace_id"].get<std::string>());
    parent.span.sampled = true;
    if (document.contains("parent_id")) {
      parent.span.span_id = *SpanId::parse(document["parent_id"].get<std::string>());
      parent.span.remote = true;
    }
    return start("segment", document, parent, kind);
  }
  Span subsegment(const json& document, const Span& segment, SpanKind kind) {
    Context parent;
    parent.span = segment.context();
    return start(document["name"].get<std::string>(), document, parent, kind);
  }

 private:
  Span start(const std::string& name, const json& document, const Context& parent, SpanKind kind) {
    SpanOptions options;
    options.kind = kind;
    options.parent = &parent;
    options.start_time = nanos(document["start_time"]);
    return tracer_.start_span(name, options);
  }

  Tracer tracer_;
};

/// The one datagram of what `work` does.
Datagram sent(XrayOptions xray, const std::function<void(Replay&)>& work) {
  test::XrayDaemon daemon;
  TracingOptions options;
  options.resource = Resource().set("service.name", "Cruddur");
  xray.daemon = daemon.address();
  options.exporters.push_back(make_xray_exporter(xray));
  TracerProvider provider(std::move(options));
  Replay replay(provider.tracer("t"));
  work(replay);
  EXPECT_TRUE(provider.flush());
  const auto all = daemon.datagrams();
  EXPECT_EQ(all.size(), 1U);
  return Datagram(all.at(0));
}

Paths operator+(Paths a, const Paths& b) {
  a.insert(b.begin(), b.end());
  return a;
}

// A document says of itself which SDK and language made it, and each span has an id of its own. That something is not
// in progress goes without saying, as does in a subsegment what its segment says. The kit knows no version of C++.
const Paths kOnlyOfPythonsSegment = {"in_progress", "service.runtime_version"};
const Paths kOtherInSegment = {"id", "aws.xray.sdk", "aws.xray.sdk_version", "service.runtime"};
const Paths kOnlyOfPythonsSubsegment = {"in_progress", "trace_id", "parent_id", "type"};
const Paths kOtherInSubsegment = {"id"};
// "local" is Python's own; the guide to segment documents knows "aws" and "remote" alone.
const Paths kOnlyOfLocal = {"namespace"};

json without_subsegments(json document) {
  document.erase("subsegments");
  return document;
}

void compare(const json& python, const json& kit, const Paths& only_python, const Paths& other) {
  const JsonMembers a = members_of(python);
  const JsonMembers b = members_of(kit);
  EXPECT_EQ(only_in(a, b), only_python);
  EXPECT_EQ(only_in(b, a), Paths());
  EXPECT_EQ(unequal(a, b), other);
}

/// Header line, ids and times as bytes.
void compare_formats(const Datagram& python, const Datagram& kit) {
  EXPECT_EQ(kit.header, python.header);
  for (const Datagram* each : {&python, &kit}) {
    const std::regex members(R"re("(id|parent_id|trace_id|start_time|end_time)": ?([^,}\]]+))re");
    const std::map<std::string, std::regex> formats = {{"id", std::regex(R"("[0-9a-f]{16}")")},
                                                       {"parent_id", std::regex(R"("[0-9a-f]{16}")")},
                                                       {"trace_id", std::regex(R"("1-[0-9a-f]{8}-[0-9a-f]{24}")")},
                                                       {"start_time", std::regex(R"([0-9]{10}\.[0-9]{1,7})")},
                                                       {"end_time", std::regex(R"([0-9]{10}\.[0-9]{1,7})")}};
    int count = 0;
    for (std::sregex_iterator at(each->text.begin(), each->text.end(), members), end; at != end; ++at, ++count) {
      EXPECT_TRUE(std::regex_match((*at)[2].str(), formats.at((*at)[1]))) << at->str();
    }
    EXPECT_GE(count, 6);
  }
}

TEST(CapturedSegment, ARequestWithAQuery) {
  const Datagram python = captured_datagram(0);
  const json& whole = python.document;
  const json& query = whole["subsegments"][0];
  const Datagram kit = sent({}, [&](Replay& replay) {
    Span segment = replay.segment(whole, SpanKind::kServer);
    segment.set_attributes({{"http.request.method", "GET"},
                            {"url.full", "http://127.0.0.1:4567/api/activities/search"},
                            {"user_agent.original", "Python-urllib/3.11"},
                            {"client.address", "203.0.113.9"},
                            {"network.peer.address", "127.0.0.1"},
                            {"http.response.status_code", 200},
                            {"http.response.body.size", 59}});
    Span sql = replay.subsegment(query, segment, SpanKind::kClient);
    sql.set_attributes({{"db.system.name", "postgresql"},
                        {"db.namespace", "cruddur"},
                        {"server.address", "db"},
                        {"server.port", 5432},
                        {"db.user", "postgres"},
                        {"db.query.text", "SELECT uuid, message FROM activities WHERE message ILIKE %s"}});
    sql.end(nanos(query["end_time"]));
    segment.end(nanos(whole["end_time"]));
  });
  compare_formats(python, kit);
  compare(without_subsegments(whole), without_subsegments(kit.document), kOnlyOfPythonsSegment, kOtherInSegment);
  // OpenTelemetry has no attributes for the versions, and its name of the system is in lower case.
  compare(query, kit.document["subsegments"].at(0),
          kOnlyOfPythonsSubsegment + Paths{"sql.database_version", "sql.driver_version"},
          kOtherInSubsegment + Paths{"sql.database_type"});
}

TEST(CapturedSegment, ARequestOfAnotherProcessNamedAfterItsHost) {
  const Datagram python = captured_datagram(1);
  const json& whole = python.document;
  const json& part = whole["subsegments"][0];
  XrayOptions xray;
  xray.dynamic_naming = "*cruddur.ws-eu.gitpod.io*";
  xray.annotations = {"seconds"};
  const Datagram kit = sent(xray, [&](Replay& replay) {
    Span segment = replay.segment(whole, SpanKind::kServer);
    segment.set_attributes({{"http.request.method", "GET"},
                            {"url.scheme", "http"},
                            {"server.address", "4567-cruddur.ws-eu.gitpod.io"},
                            {"url.path", "/api/slow"},
                            {"user_agent.original", "Python-urllib/3.11"},
                            {"client.address", "127.0.0.1"},
                            {"http.response.status_code", 200},
                            {"http.response.body.size", 14}});
    Span slow = replay.subsegment(part, segment, SpanKind::kInternal);
    slow.set_attribute("seconds", 1.0);
    slow.end(nanos(part["end_time"]));
    segment.end(nanos(whole["end_time"]));
  });
  compare_formats(python, kit);
  compare(without_subsegments(whole), without_subsegments(kit.document), kOnlyOfPythonsSegment, kOtherInSegment);
  // The kit writes the shortest digits: 1 for 1.0.
  compare(part, kit.document["subsegments"].at(0), kOnlyOfPythonsSubsegment + kOnlyOfLocal,
          kOtherInSubsegment + Paths{"annotations.seconds"});
  EXPECT_EQ(kit.document["subsegments"][0]["annotations"], part["annotations"]);
}

TEST(CapturedSegment, AnnotationsMetadataAndACall) {
  const Datagram python = captured_datagram(2);
  const json& whole = python.document;
  const json& call = whole["subsegments"][0];
  XrayOptions xray;
  xray.annotations = {"handle", "n", "ok"};
  xray.metadata_namespace = "cruddur";
  const Datagram kit = sent(xray, [&](Replay& replay) {
    Span segment = replay.segment(whole, SpanKind::kInternal);
    segment.set_attributes(
        {{"handle", "worf"}, {"n", 3}, {"ok", true}, {"results", "[1,null,\"x\"]"}, {"user.id", "worf"}});
    Span http = replay.subsegment(call, segment, SpanKind::kClient);
    http.set_attributes({{"http.request.method", "GET"},
                         {"server.address", "127.0.0.1"},
                         {"url.full", "http://127.0.0.1:4570/200"},
                         {"http.response.status_code", 200}});
    http.end(nanos(call["end_time"]));
    segment.end(nanos(whole["end_time"]));
  });
  compare_formats(python, kit);
  // An attribute of OpenTelemetry is no object: Python's metadata is deeper.
  json segment = without_subsegments(kit.document);
  EXPECT_EQ(segment["metadata"]["cruddur"]["results"], "[1,null,\"x\"]");
  segment["metadata"]["cruddur"]["results"] = whole["metadata"]["cruddur"]["results"];
  compare(without_subsegments(whole), segment, kOnlyOfPythonsSegment, kOtherInSegment);
  // Python's patch of the library writes the method as `get`.
  compare(call, kit.document["subsegments"].at(0), kOnlyOfPythonsSubsegment,
          kOtherInSubsegment + Paths{"http.request.method"});
}

/// The captured exception as a span has it: frames innermost first, which Python alone writes the other way round.
void record_captured_exception(Span& span, const json& cause) {
  const json& exception = cause["exceptions"].at(0);
  std::string stacktrace;
  for (auto frame = exception["stack"].rbegin(); frame != exception["stack"].rend(); ++frame) {
    stacktrace += "at " + (*frame)["label"].get<std::string>() + " (" + (*frame)["path"].get<std::string>() + ":" +
                  std::to_string((*frame)["line"].get<int>()) + ")\n";
  }
  const std::string type = exception["type"];
  const std::string message = exception["message"];
  span.add_event("exception",
                 {{"exception.type", type}, {"exception.message", message}, {"exception.stacktrace", stacktrace}});
  span.set_status(StatusCode::kError);
}

TEST(CapturedSegment, CallsOfAwsAndExceptions) {
  const Datagram python = captured_datagram(3);
  const json& whole = python.document;
  const Datagram kit = sent({}, [&](Replay& replay) {
    Span segment = replay.segment(whole, SpanKind::kInternal);
    for (const json& each : whole["subsegments"]) {
      const bool aws = each["namespace"] == "aws";
      Span span = replay.subsegment(each, segment, aws ? SpanKind::kClient : SpanKind::kInternal);
      if (aws) {
        const std::string service = each["name"];
        const std::string operation = each["aws"]["operation"];
        const std::string request = each["aws"]["request_id"];
        span.set_attributes({{"rpc.system", "aws-api"},
                             {"rpc.service", service},
                             {"rpc.method", operation},
                             {"cloud.region", "us-east-1"},
                             {"aws.request_id", request},
                             {"http.response.status_code", each["http"]["response"]["status"].get<int>()}});
      }
      if (each.contains("cause")) record_captured_exception(span, each["cause"]);
      span.end(nanos(each["end_time"]));
    }
    segment.end(nanos(whole["end_time"]));
  });
  compare_formats(python, kit);
  compare(without_subsegments(whole), without_subsegments(kit.document), kOnlyOfPythonsSegment, kOtherInSegment);
  json ours = kit.document["subsegments"];
  ASSERT_EQ(ours.size(), 3U);
  for (json& each : ours) {
    if (!each.contains("cause")) continue;
    json& stack = each["cause"]["exceptions"][0]["stack"];
    std::reverse(stack.begin(), stack.end());
  }
  const json& theirs = whole["subsegments"];
  EXPECT_EQ(ours[1]["cause"]["exceptions"][0]["stack"], theirs[1]["cause"]["exceptions"][0]["stack"]);
  const Paths cause = {"cause.working_directory", "cause.exceptions[].id"};
  compare(theirs[0], ours[0], kOnlyOfPythonsSubsegment, kOtherInSubsegment);
  // An answer 400 is an error, of the caller. Python says that it is a fault, of the service, as well.
  compare(theirs[1], ours[1], kOnlyOfPythonsSubsegment + Paths{"fault"}, kOtherInSubsegment + cause);
  compare(theirs[2], ours[2], kOnlyOfPythonsSubsegment + kOnlyOfLocal, kOtherInSubsegment + cause);
}

TEST(CapturedSampling, RulesAreAskedForAndUseIsReported) {
  const auto python = captured("xray_sampling.jsonl");
  ASSERT_EQ(python.size(), 2U);
  test::TestServer daemon([](const test::Received&) {
    return test::Reply{
        200,
        {},
        R"({"SamplingRuleRecords":[{"SamplingRule":{"RuleName":"Cruddur","ResourceARN":"*","Priority":9000,
                          "FixedRate":0.1,"ReservoirSize":5,"ServiceName":"*","ServiceType":"*","Host":"*",
                          "HTTPMethod":"*","URLPath":"*","Version":1,"Attributes":{}}}]})",
        0,
        -1};
  });
  XraySamplerOptions options;
  options.daemon = "127.0.0.1:" + std::to_string(daemon.port());
  options.targets_every_ms = 20;
  const auto sampler = make_xray_sampler(options);
  const TraceId id{{1}};
  std::vector<test::Received> received;
  for (int i = 0; i < 1'000 && received.size() < 2; ++i) {
    sampler->decide({SpanContext(), id, "n", SpanKind::kServer, {}});
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    received = daemon.received();
  }
  ASSERT_GE(received.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(received[i].method + " " + received[i].path + " HTTP/1.1", python[i]["request_line"].get<std::string>());
    EXPECT_EQ(received[i].headers.at("content-type"), python[i]["content_type"].get<std::string>());
  }
  EXPECT_EQ(received[0].body, python[0]["body"].get<std::string>());
  // The same members with the same types; the values are this process's.
  const json theirs = json::parse(python[1]["body"].get<std::string>());
  const json ours = json::parse(received[1].body);
  EXPECT_EQ(only_in(members_of(theirs), members_of(ours)), Paths());
  EXPECT_EQ(only_in(members_of(ours), members_of(theirs)), Paths());
  for (const auto& [path, value] : members_of(theirs)) {
    EXPECT_EQ(members_of(ours)[path].is_string(), value.is_string()) << path;
    EXPECT_EQ(members_of(ours)[path].is_number_integer(), value.is_number_integer()) << path;
  }
  const std::regex client("[0-9a-f]{24}");
  for (const json* each : {&theirs, &ours}) {
    EXPECT_TRUE(std::regex_match((*each)["SamplingStatisticsDocuments"][0]["ClientID"].get<std::string>(), client));
  }
}

}  // namespace
}  // namespace tetrascope::kit
