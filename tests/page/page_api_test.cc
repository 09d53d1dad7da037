// Logs, services, status, errors and files over a real engine: docs/protocols/ui.md, sentence by sentence.

#include "page/page_api.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/inflate.h"
#include "slices/page/parameters.h"

namespace tetrascope {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST_F(PageApi, LogsAreFoundByTextSeverityAndServiceInPages) {
  const std::int64_t at = kEpoch + 13 * kDay;
  std::vector<SentLog> logs;
  for (int i = 0; i < 25; ++i) {
    // Ten of one nanosecond, more than a page; the rest an hour apart.
    logs.push_back({.time = i < 10 ? at : at + (i - 9) * kHour / 2,
                    .body = fmt::format("Line {} READ", i),
                    .trace = i % 5 == 0 ? hex_id(31) : "",
                    .service = i % 2 == 0 ? "even" : "odd",
                    .severity = i == 3 ? 17 : 9});
  }
  server().send(logs);
  const auto bodies = [&](const std::string& filter) {
    std::vector<std::string> found;
    for (const json& log : server().ask_all("logs?" + range(13) + filter, "logs")) found.push_back(log["body"]);
    return found;
  };
  const auto all = bodies("&limit=4");
  EXPECT_EQ(all.size(), 25U);
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 25U) << "a record twice";
  EXPECT_EQ(all.front(), "Line 24 READ");
  EXPECT_THAT(bodies("&text=line%2024%20re"), ElementsAre("Line 24 READ"));
  EXPECT_THAT(bodies("&text=line%25"), IsEmpty()) << "no wildcard";
  EXPECT_THAT(bodies("&min_severity=13"), ElementsAre("Line 3 READ"));
  EXPECT_EQ(bodies("&service=odd").size(), 12U);
  std::vector<std::string> of_trace;
  for (const json& log : server().ask_all("traces/" + hex_id(31) + "/logs?limit=2", "logs")) {
    of_trace.push_back(log["body"]);
  }
  EXPECT_THAT(of_trace,
              UnorderedElementsAre("Line 0 READ", "Line 5 READ", "Line 10 READ", "Line 15 READ", "Line 20 READ"));
  EXPECT_EQ(of_trace.back(), "Line 20 READ") << "oldest first";
}

TEST_F(PageApi, ServicesAreCountedByTheirRequestsAndSampleRate) {
  const std::int64_t at = kEpoch + 15 * kDay + kHour;
  const json sampled = json::array({attribute("SampleRate", "intValue", "10")});
  server().send(
      {{.trace = hex_id(41), .id = span_id(1), .service = "web", .start = at, .duration = 100, .kind = 2},
       {.trace = hex_id(42),
        .id = span_id(1),
        .service = "web",
        .start = at,
        .duration = 300,
        .status = 2,
        .attributes = sampled},
       {.trace = hex_id(41), .id = span_id(2), .parent = span_id(1), .service = "web", .start = at, .kind = 1},
       {.trace = hex_id(41), .id = span_id(3), .parent = span_id(2), .service = "db", .start = at, .kind = 3}});
  const json answer = server().ask("services?" + range(15));
  ASSERT_EQ(answer["services"].size(), 2U);
  const json& web = answer["services"][0];
  EXPECT_EQ(web["service"], "web");
  EXPECT_EQ(web["requests"], 11) << "a server span and a root that stands for ten; not the inner one";
  EXPECT_EQ(web["errors"], 10);
  EXPECT_EQ(web["spans"], 12);
  EXPECT_EQ(web["p99"], "300");
  int in_series = 0;
  for (const json& count : web["request_series"]) in_series += count.get<int>();
  EXPECT_EQ(in_series, 11);
  EXPECT_LE(web["request_series"].size(), 61U);
  EXPECT_EQ(answer["services"][1]["service"], "db");
  EXPECT_TRUE(answer["services"][1]["p50"].is_null());
  EXPECT_EQ(answer["protocols"][0]["protocol"], "otlp");
  EXPECT_EQ(answer["protocols"][0]["spans"], 13);
}

TEST_F(PageApi, WhatIsNotThereIsNotFound) {
  for (const char* path :
       {"/api/v1/traces/ffffffffffffffffffffffffffffffff", "/api/v1/traces/no-such-id",
        "/api/v1/traces/ffffffffffffffffffffffffffffffff/spans/1", "/api/v1/nothing", "/assets/nothing.js"}) {
    const Response response = server().request("GET", path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(json::parse(response.body)["error"]["code"], "not_found") << path;
  }
  EXPECT_EQ(server().ask("traces/ffffffffffffffffffffffffffffffff/logs")["logs"].size(), 0U);
}

TEST_F(PageApi, BadParametersAreRefusedByName) {
  struct Case {
    std::string question, names;
  };
  for (const Case& c : {Case{"traces?last=soon", "last"},
                        {"traces?last=0m", "last"},
                        {"traces?last=99999999999999999999d", "last"},
                        {"traces?last=1h&from=1&to=2", "last"},
                        {"traces?from=5", "from and to"},
                        {"traces?from=5&to=5", "to"},
                        {"traces?from=x&to=5", "from"},
                        {"traces?limit=0", "limit"},
                        {"traces?limit=501", "limit"},
                        {"traces?errors=yes", "errors"},
                        {"traces?min_duration=-1", "min_duration"},
                        {"traces?attribute=novalue", "attribute"},
                        {"traces?attribute=%3Dv", "attribute"},
                        {"traces?cursor=zzz", "cursor"},
                        {"traces?colour=red", "colour"},
                        {"traces?service=a&service=b", "service"},
                        {"traces?service=" + std::string(2000, 'a'), "service"},
                        {"logs?min_severity=25", "min_severity"},
                        {"logs?cursor=1.-4", "cursor"},
                        {"traces/1/logs?cursor=x", "cursor"},
                        {"services?from=-9223372036854775808&to=9223372036854775807", "from and to"},
                        {"services?limit=3", "limit"},
                        {"fields?signal=metrics", "signal"},
                        {"fields?key=a", "key"},
                        {"fields/values?last=1h", "key"},
                        {"fields/values?key=a&limit=0", "limit"}}) {
    const Response response = server().request("GET", "/api/v1/" + c.question);
    EXPECT_EQ(response.status, 400) << c.question.substr(0, 60);
    const json error = json::parse(response.body)["error"];
    EXPECT_EQ(error["code"], "invalid");
    EXPECT_THAT(error["message"].get<std::string>(), testing::StartsWith(c.names + ":")) << c.question.substr(0, 60);
  }
  EXPECT_EQ(server().request("POST", "/api/v1/traces").status, 405);
}

TEST_F(PageApi, ExtremeRangesAreAnswered) {
  for (const char* question : {"traces?from=-9223372036854775808&to=9223372036854775807&limit=1",
                               "logs?from=-9223372036854775808&to=9223372036854775807&limit=1", "services?last=3650d",
                               "traces?last=3650d&limit=1"}) {
    server().ask(question);
  }
  const std::int64_t first = std::numeric_limits<std::int64_t>::min();
  const std::int64_t last = std::numeric_limits<std::int64_t>::max();
  for (const auto& [list, cursor] : {std::pair<std::string, ui::Cursor>{"traces", {{last}, "ff"}},
                                     {"logs", {{first}, "0"}},
                                     {"metrics", {{last}, "1"}}}) {
    Request request;
    ASSERT_TRUE(parse_target("/api/v1/" + list, request).has_value());
    server().ask(list + "?cursor=" + ui::write_cursor(ui::question_mark(request), cursor));
  }
}

TEST_F(PageApi, StatusTurnsOnTheLightOfWhoSentAndRejectedSaysWhy) {
  server().send({{.trace = hex_id(51), .id = span_id(1), .start = kEpoch}});
  Headers headers;
  headers.add("Content-Type", "application/json");
  headers.add("User-Agent", "page-test/1");
  EXPECT_EQ(server().request("POST", "/v1/traces", "{\"resourceSpans\":[{", headers).status, 400);
  const json status = server().ask("status");
  EXPECT_GT(std::stoll(status["storage"]["rows"].get<std::string>()), 0);
  for (const json& client : status["clients"]) {
    const std::string name = client["client"];
    EXPECT_EQ(client["last"].is_null(), name != "otlp") << name;
    if (name != "otlp") continue;
    EXPECT_GT(std::stoll(client["accepted"].get<std::string>()), 0);
    EXPECT_GT(std::stoll(client["rejected"].get<std::string>()), 0);
  }
  const json rejected = server().ask("rejected")["rejected"];
  ASSERT_FALSE(rejected.empty());
  EXPECT_EQ(rejected[0]["client"], "page-test/1");
  EXPECT_NE(rejected[0]["reason"], "");
  EXPECT_NE(rejected[0]["remedy"], "");
  EXPECT_THAT(rejected[0]["example"].get<std::string>(), testing::HasSubstr("resourceSpans"));
}

TEST_F(PageApi, EveryPageIsTheOneDocumentAndItsFilesAreKept) {
  for (const char* path : {"/", "/traces", "/trace/5759e988bd862e3fe1be46a994272793", "/map", "/logs", "/errors",
                           "/errors/1/7", "/rejected"}) {
    const Response response = server().request("GET", path);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(response.headers.get("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(response.headers.get("Cache-Control"), "no-cache");
    EXPECT_THAT(std::string(response.headers.get("Content-Security-Policy")), testing::HasSubstr("script-src 'self'"));
    EXPECT_EQ(response.headers.get("X-Content-Type-Options"), "nosniff");
    EXPECT_THAT(response.body, testing::Not(testing::ContainsRegex("<script>|<style|style=|onclick")));
  }
  const std::string document = server().request("GET", "/").body;
  const std::size_t begin = document.find("/assets/");
  ASSERT_NE(begin, std::string::npos);
  const std::string asset = document.substr(begin, document.find('"', begin) - begin);
  Headers gzip;
  gzip.add("Accept-Encoding", "br, gzip;q=0.8");
  const Response plain = server().request("GET", asset);
  const Response packed = server().request("GET", asset, "", gzip);
  EXPECT_EQ(plain.headers.get("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(packed.headers.get("Content-Encoding"), "gzip");
  EXPECT_LT(packed.body.size(), plain.body.size() / 2);
  std::string inflated;
  ASSERT_TRUE(inflate("gzip", packed.body, plain.body.size() + 1, inflated).has_value());
  EXPECT_EQ(inflated, plain.body);
  Headers known;
  known.add("If-None-Match", std::string(plain.headers.get("ETag")));
  EXPECT_EQ(server().request("GET", asset, "", known).status, 304);
}

}  // namespace
}  // namespace tetrascope
