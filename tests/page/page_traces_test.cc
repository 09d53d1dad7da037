// Traces over a real engine: docs/protocols/ui.md, sentence by sentence.

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "page/page_api.h"

namespace tetrascope {
namespace {

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
                  .resource = json::array({attribute("host.name", "stringValue", "web-3")})}});
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

TEST_F(PageApi, AFilterIsCompletedWithKeysAndTheirMostFrequentValues) {
  const std::int64_t at = kEpoch + 40 * kDay;
  std::vector<SentSpan> spans;
  for (int i = 0; i < 6; ++i) {
    SentSpan span{.trace = hex_id(40'000 + i), .id = span_id(1), .start = at + i * kSecond};
    span.attributes = {attribute("completed.by", "stringValue", i < 4 ? "Ada" : fmt::format("bob-{}", i)),
                       attribute("completed.count", "intValue", "7"), attribute("not.completed", "doubleValue", 1.5)};
    span.resource = json::array({attribute("completed.host", "stringValue", "web-1")});
    spans.push_back(std::move(span));
  }
  server().send(spans);
  const auto keys = [&](const std::string& question) {
    std::vector<std::string> found;
    const json answer = server().ask(question);
    for (const json& one : answer["fields"])
      found.push_back(fmt::format("{} {} {}", one["key"].get<std::string>(), one["level"].get<std::string>(),
                                  one["types"][0].get<std::string>()));
    return found;
  };
  EXPECT_THAT(keys("fields?text=COMPLETED"),
              testing::ElementsAre("completed.by item string", "completed.count item int",
                                   "completed.host resource string", "not.completed item double"));
  EXPECT_THAT(keys("fields?text=completed.&limit=1"), testing::ElementsAre("completed.by item string"));
  EXPECT_THAT(keys("fields?signal=logs&text=completed"), testing::IsEmpty());
  const auto values = [&](const std::string& parameters) {
    std::vector<std::string> found;
    const json answer = server().ask("fields/values?" + range(40) + parameters);
    for (const json& one : answer["values"])
      found.push_back(one["value"].get<std::string>() + " " + one["rows"].get<std::string>());
    return found;
  };
  EXPECT_THAT(values("&key=completed.by"), testing::ElementsAre("Ada 4", "bob-4 1", "bob-5 1"));
  EXPECT_THAT(values("&key=completed.by&text=BOB&limit=1"), testing::ElementsAre("bob-4 1"));
  EXPECT_THAT(values("&key=completed.count"), testing::ElementsAre("7 6"));
  EXPECT_THAT(values("&key=not.completed"), testing::ElementsAre("1.5 6"));
  EXPECT_THAT(values("&key=completed.host"), testing::ElementsAre("web-1 6"));
  EXPECT_THAT(values("&key=nobody.has.this"), testing::IsEmpty());
  EXPECT_TRUE(server().ask("fields/values?key=completed.by&" + range(39))["values"].empty());
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
    EXPECT_EQ(answer["errors"], 0);
    EXPECT_EQ(answer["names"], json({"GET", "SELECT"}));
    EXPECT_EQ(answer["protocols"], json::array({"otlp"}));
    EXPECT_EQ(answer["spans"], json({{"id", {span_id(1), span_id(2)}},
                                     {"parent", {"", span_id(1)}},
                                     {"start", {std::to_string(at), std::to_string(at + 5)}},
                                     {"duration", {"100", "7"}},
                                     {"service", {0, 1}},
                                     {"name", {0, 1}},
                                     {"protocol", {0, 0}},
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
  EXPECT_EQ(span["resource"]["attributes"], json::parse(R"([{"key":"service.name","type":"string","text":"web"}])"));
  EXPECT_EQ(span["events"][0]["name"], "exception");
  EXPECT_EQ(span["events"][0]["time"], std::to_string(at + 3));
  EXPECT_EQ(span["events"][0]["attributes"][0]["text"], "E");
  EXPECT_EQ(span["links"][0]["trace_id"], hex_id(77));
  EXPECT_EQ(span["links"][0]["attributes"][0]["type"], "int");
  EXPECT_EQ(server().ask("traces/" + hex_id(21) + "/spans/" + span_id(6))["others"], 1);
  EXPECT_EQ(server().ask("traces/" + hex_id(21) + "/document")["spans"].size(), 3U);
}

}  // namespace
}  // namespace tetrascope
