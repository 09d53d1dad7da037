// The page's questions over a real engine: docs/protocols/ui.md, sentence by sentence.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/inflate.h"
#include "page/page_server.h"

namespace tetrascope {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::int64_t kSecond = kNanosPerSecond;
constexpr std::int64_t kHour = 3600 * kSecond;
/// The range of every test: its own day in 2024, so that tests do not see each other's data on the shared server.
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kEpoch = 1'704'067'200 * kSecond;

std::string hex_id(int number) { return fmt::format("{:032x}", number); }
std::string span_id(int number) { return fmt::format("{:016x}", number); }

class PageApi : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new PageServer; }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }
  static PageServer& server() { return *server_; }

  /// `from=…&to=…` of the test's own day.
  static std::string range(std::int64_t day) {
    return fmt::format("from={}&to={}", kEpoch + day * kDay, kEpoch + (day + 1) * kDay);
  }
  static std::vector<std::string> trace_ids(const std::string& question) {
    std::vector<std::string> ids;
    for (const json& trace : server().ask_all(question, "traces")) ids.push_back(trace["trace_id"]);
    return ids;
  }

 private:
  static PageServer* server_;
};
PageServer* PageApi::server_ = nullptr;

TEST_F(PageApi, PagesOfTracesHaveEveryTraceOnceNewestFirst) {
  // Three in every hour of a day: windows of a quarter of an hour, two hours and sixteen all have some, and three of
  // one nanosecond stand where a page of two must end among them.
  std::vector<SentSpan> spans;
  std::vector<std::string> want;
  const std::int64_t begin = kEpoch + 1 * kDay;
  for (int i = 0; i < 72; ++i) {
    const std::int64_t start = begin + (i / 3) * kHour;
    spans.push_back({.trace = hex_id(1000 + i), .id = span_id(1), .start = start});
    // A later span of the same trace, three hours on: it must not list the trace again.
    spans.push_back(
        {.trace = hex_id(1000 + i), .id = span_id(2), .parent = span_id(1), .start = start + 3 * kHour - 1});
    want.push_back(hex_id(1000 + i));
  }
  server().send(spans);
  std::ranges::reverse(want);
  for (const int limit : {2, 7, 500}) {
    EXPECT_EQ(trace_ids(fmt::format("traces?from={}&to={}&limit={}", begin, begin + 2 * kDay, limit)), want) << limit;
  }
}

TEST_F(PageApi, OneSpanMustMeetTheWholeFilter) {
  const std::int64_t at = kEpoch + 5 * kDay;
  const json typed = {attribute("user.id", "stringValue", "u-77"), attribute("items", "intValue", "12"),
                      attribute("ratio", "doubleValue", 0.25), attribute("cached", "boolValue", true)};
  server().send({{.trace = hex_id(1),
                  .id = span_id(1),
                  .service = "cart",
                  .name = "GET",
                  .start = at,
                  .duration = 5 * kSecond,
                  .attributes = typed},
                 {.trace = hex_id(1),
                  .id = span_id(2),
                  .parent = span_id(1),
                  .service = "db",
                  .name = "SELECT",
                  .start = at + kSecond,
                  .duration = kSecond,
                  .status = 2},
                 {.trace = hex_id(2),
                  .id = span_id(1),
                  .service = "cart",
                  .name = "PUT",
                  .start = at + 9 * kSecond,
                  .status = 2,
                  .resource = {attribute("host.name", "stringValue", "web-3")}}});
  struct Case {
    const char* filter;
    std::vector<std::string> want;
  };
  for (const Case& c : {Case{"", {hex_id(2), hex_id(1)}},
                        {"&service=cart", {hex_id(2), hex_id(1)}},
                        {"&service=db", {hex_id(1)}},
                        {"&service=car", {}},
                        {"&name=SELECT", {hex_id(1)}},
                        {"&errors=true", {hex_id(2), hex_id(1)}},
                        {"&errors=false", {hex_id(2), hex_id(1)}},
                        {"&service=cart&errors=true", {hex_id(2)}},
                        {"&min_duration=5000000000", {hex_id(1)}},
                        {"&min_duration=5000000001", {}},
                        {"&errors=true&min_duration=2000000000", {}},
                        {"&attribute=user.id%3Du-77", {hex_id(1)}},
                        {"&attribute=user.id%3Du-7", {}},
                        {"&attribute=items%3D12", {hex_id(1)}},
                        {"&attribute=items%3D13", {}},
                        {"&attribute=ratio%3D0.25", {hex_id(1)}},
                        {"&attribute=cached%3Dtrue", {hex_id(1)}},
                        {"&attribute=cached%3Dfalse", {}},
                        {"&attribute=host.name%3Dweb-3", {hex_id(2)}},
                        {"&attribute=items%3D12&attribute=ratio%3D0.25", {hex_id(1)}},
                        {"&attribute=items%3D12&attribute=host.name%3Dweb-3", {}},
                        {"&attribute=nobody.sent.this%3D1", {}},
                        {"&attribute=user.id%3D%27%20OR%201%3D1%20--", {}}}) {
    EXPECT_EQ(trace_ids("traces?" + range(5) + c.filter), c.want) << c.filter;
  }
}

TEST_F(PageApi, ARowSumsUpItsTrace) {
  const std::int64_t at = kEpoch + 7 * kDay;
  server().send(
      {{.trace = hex_id(11), .id = span_id(1), .service = "web", .name = "GET /", .start = at, .duration = 2 * kSecond},
       {.trace = hex_id(11),
        .id = span_id(2),
        .parent = span_id(1),
        .service = "db",
        .start = at + kSecond,
        .duration = 3 * kSecond,
        .status = 2},
       {.trace = hex_id(11), .id = span_id(3), .parent = span_id(1), .service = "db", .start = at + 1},
       {.trace = hex_id(12),
        .id = span_id(1),
        .parent = span_id(99),
        .service = "web",
        .name = "late",
        .start = at + 60 * kSecond},
       {.trace = hex_id(12),
        .id = span_id(2),
        .parent = span_id(99),
        .service = "db",
        .name = "early",
        .start = at + 59 * kSecond}});
  const auto traces = server().ask_all("traces?" + range(7), "traces");
  ASSERT_EQ(traces.size(), 2U);
  EXPECT_EQ(traces[0]["root"], json({{"service", "db"}, {"name", "early"}, {"missing", true}}));
  const json& whole = traces[1];
  EXPECT_EQ(whole["root"], json({{"service", "web"}, {"name", "GET /"}, {"missing", false}}));
  EXPECT_EQ(whole["start"], std::to_string(at));
  EXPECT_EQ(whole["duration"], std::to_string(4 * kSecond));
  EXPECT_EQ(whole["spans"], 3);
  EXPECT_EQ(whole["errors"], 1);
  EXPECT_EQ(whole["services"], json::parse(R"([{"service":"db","spans":2},{"service":"web","spans":1}])"));
  EXPECT_EQ(whole["protocols"], json::array({"otlp"}));
}

TEST_F(PageApi, AWaterfallComesAsColumnsUnderEveryFormOfItsId) {
  const std::int64_t at = kEpoch + 9 * kDay + 123'456'789;
  const std::string trace = "5759e988bd862e3fe1be46a994272793";
  server().send(
      {{.trace = trace,
        .id = span_id(2),
        .parent = span_id(1),
        .service = "db",
        .name = "SELECT",
        .start = at + 5,
        .duration = 7,
        .kind = 3,
        .status = 2},
       {.trace = trace, .id = span_id(1), .service = "web", .name = "GET", .start = at, .duration = 100, .kind = 2}});
  server().send(std::vector<SentLog>{{.time = at, .body = "one", .trace = trace}});
  for (const char* id : {"5759e988bd862e3fe1be46a994272793", "5759E988BD862E3FE1BE46A994272793",
                         "1-5759e988-bd862e3fe1be46a994272793"}) {
    const json answer = server().ask(std::string("traces/") + id);
    EXPECT_EQ(answer["trace_id"], trace);
    EXPECT_EQ(answer["truncated"], false);
    EXPECT_EQ(answer["logs"], 1);
    EXPECT_EQ(answer["services"], json({"web", "db"}));
    EXPECT_EQ(answer["names"], json({"GET", "SELECT"}));
    EXPECT_EQ(answer["spans"], json({{"id", {span_id(1), span_id(2)}},
                                     {"parent", {"", span_id(1)}},
                                     {"start", {std::to_string(at), std::to_string(at + 5)}},
                                     {"duration", {"100", "7"}},
                                     {"service", {0, 1}},
                                     {"name", {0, 1}},
                                     {"kind", {2, 3}},
                                     {"status", {0, 2}}}));
  }
}

TEST_F(PageApi, ASpanHasEverythingThatWasSentWithItsTypes) {
  const std::int64_t at = kEpoch + 11 * kDay;
  const json attributes = {attribute("s", "stringValue", "text"),
                           attribute("big", "intValue", "9007199254740993"),
                           attribute("d", "doubleValue", 4.0),
                           attribute("b", "boolValue", false),
                           attribute("list", "arrayValue", {{"values", {{{"intValue", "1"}}, {{"stringValue", "x"}}}}}),
                           attribute("map", "kvlistValue", {{"values", {attribute("k", "stringValue", "v")}}}),
                           attribute("raw", "bytesValue", "AP8=")};
  const json more = {
      {"traceState", "vendor=1"},
      {"events",
       {{{"timeUnixNano", std::to_string(at + 3)},
         {"name", "exception"},
         {"attributes", {attribute("exception.type", "stringValue", "E")}}}}},
      {"links",
       {{{"traceId", hex_id(77)}, {"spanId", span_id(7)}, {"attributes", {attribute("l", "intValue", "1")}}}}}};
  server().send({{.trace = hex_id(21),
                  .id = span_id(5),
                  .parent = span_id(4),
                  .service = "web",
                  .name = "GET",
                  .start = at,
                  .duration = 10,
                  .kind = 2,
                  .status = 2,
                  .attributes = attributes,
                  .more = more},
                 {.trace = hex_id(21), .id = span_id(6), .start = at},
                 {.trace = hex_id(21), .id = span_id(6), .start = at + 1}});
  const json span = server().ask("traces/" + hex_id(21) + "/spans/" + span_id(5))["span"];
  std::map<std::string, std::pair<std::string, std::string>> seen;
  for (const json& one : span["attributes"]) seen[one["key"]] = {one["type"], one["text"]};
  const decltype(seen) want = {{"s", {"string", "text"}},         {"big", {"int", "9007199254740993"}},
                               {"d", {"double", "4.0"}},          {"b", {"bool", "false"}},
                               {"list", {"array", R"([1,"x"])"}}, {"map", {"map", R"({"k":"v"})"}},
                               {"raw", {"bytes", "AP8="}}};
  EXPECT_EQ(seen, want);
  EXPECT_EQ(span["parent_span_id"], span_id(4));
  EXPECT_EQ(span["trace_state"], "vendor=1");
  EXPECT_EQ(span["status_message"], "failed");
  EXPECT_EQ(span["scope"]["name"], "page-test");
  EXPECT_EQ(span["scope"]["version"], "1.2");
  EXPECT_EQ(span["resource"], json::parse(R"([{"key":"service.name","type":"string","text":"web"}])"));
  EXPECT_EQ(span["events"][0]["name"], "exception");
  EXPECT_EQ(span["events"][0]["time"], std::to_string(at + 3));
  EXPECT_EQ(span["events"][0]["attributes"][0]["text"], "E");
  EXPECT_EQ(span["links"][0]["trace_id"], hex_id(77));
  EXPECT_EQ(span["links"][0]["attributes"][0]["type"], "int");
  EXPECT_EQ(server().ask("traces/" + hex_id(21) + "/spans/" + span_id(6))["others"], 1);
  EXPECT_EQ(server().ask("traces/" + hex_id(21) + "/document")["spans"].size(), 3U);
}

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
  const json sampled = {attribute("SampleRate", "intValue", "10")};
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
                        {"services?limit=3", "limit"}}) {
    const Response response = server().request("GET", "/api/v1/" + c.question);
    EXPECT_EQ(response.status, 400) << c.question.substr(0, 60);
    const json error = json::parse(response.body)["error"];
    EXPECT_EQ(error["code"], "invalid");
    EXPECT_THAT(error["message"].get<std::string>(), testing::StartsWith(c.names + ":")) << c.question.substr(0, 60);
  }
  EXPECT_EQ(server().request("POST", "/api/v1/traces").status, 405);
}

TEST_F(PageApi, ExtremeRangesAreAnswered) {
  for (const char* question :
       {"traces?from=-9223372036854775808&to=9223372036854775807&limit=1",
        "logs?from=-9223372036854775808&to=9223372036854775807&limit=1", "services?last=3650d",
        "traces?last=3650d&limit=1", "traces?cursor=9223372036854775807.ff", "logs?cursor=-9223372036854775808.0"}) {
    server().ask(question);
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
    EXPECT_EQ(client["built"], name == "otlp" || name == "honeycomb") << name;
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
  for (const char* path : {"/", "/traces", "/trace/5759e988bd862e3fe1be46a994272793", "/logs", "/rejected"}) {
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
