// Everything that an OTLP client sends is there to be read: each member of each message, sent and asked for.

#include <gtest/gtest.h>

#include "page/page_api.h"

namespace tetrascope {
namespace {

const json kProducerAttributes = json::parse(R"([{"key":"service.name","type":"string","text":"whole"}])");

json resource() {
  return {{"attributes", {attribute("service.name", "stringValue", "whole")}},
          {"droppedAttributesCount", 7},
          {"entityRefs", {{{"type", "service"}, {"idKeys", {"service.name"}}}}}};
}
json scope() {
  return {{"name", "lib"},
          {"version", "2"},
          {"attributes", {attribute("s", "boolValue", true)}},
          {"droppedAttributesCount", 8}};
}

/// What every row says of its resource and scope.
void expect_producers(const json& row) {
  EXPECT_EQ(row["resource"]["attributes"], kProducerAttributes);
  EXPECT_EQ(row["resource"]["schema_url"], "https://resource");
  EXPECT_EQ(row["resource"]["dropped_attributes_count"], 7);
  EXPECT_EQ(row["resource"]["entity_refs"][0]["type"], "service");
  EXPECT_EQ(row["scope"]["name"], "lib");
  EXPECT_EQ(row["scope"]["version"], "2");
  EXPECT_EQ(row["scope"]["attributes"], json::parse(R"([{"key":"s","type":"bool","text":"true"}])"));
  EXPECT_EQ(row["scope"]["schema_url"], "https://scope");
  EXPECT_EQ(row["scope"]["dropped_attributes_count"], 8);
  EXPECT_EQ(row["service"], "whole");
  EXPECT_EQ(row["protocol"], "otlp");
}

TEST_F(PageApi, ASpanIsReadBackWithEveryMember) {
  const std::string at = std::to_string(kEpoch + 40 * kDay);
  const json span = {{"traceId", hex_id(400)},
                     {"spanId", span_id(1)},
                     {"traceState", "a=1,b=2"},
                     {"flags", 0x301},
                     {"name", "n"},
                     {"startTimeUnixNano", at},
                     {"endTimeUnixNano", at},
                     {"droppedAttributesCount", 1},
                     {"droppedEventsCount", 2},
                     {"droppedLinksCount", 3},
                     {"events", {{{"timeUnixNano", at}, {"name", "e"}, {"droppedAttributesCount", 4}}}},
                     {"links",
                      {{{"traceId", hex_id(401)},
                        {"spanId", span_id(2)},
                        {"traceState", "c=3"},
                        {"flags", 0x101},
                        {"droppedAttributesCount", 5},
                        {"attributes", {attribute("l", "doubleValue", 0.5)}}}}}};
  server().send("traces",
                {{"resourceSpans",
                  {{{"resource", resource()},
                    {"schemaUrl", "https://resource"},
                    {"scopeSpans", {{{"scope", scope()}, {"schemaUrl", "https://scope"}, {"spans", {span}}}}}}}}});
  const json read = server().ask("traces/" + hex_id(400) + "/spans/" + span_id(1))["span"];
  EXPECT_EQ(read["trace_state"], "a=1,b=2");
  EXPECT_EQ(read["flags"], 0x301);
  EXPECT_EQ(read["dropped_attributes_count"], 1);
  EXPECT_EQ(read["dropped_events_count"], 2);
  EXPECT_EQ(read["dropped_links_count"], 3);
  EXPECT_EQ(
      read["events"],
      json::array({{{"time", at}, {"name", "e"}, {"attributes", json::array()}, {"dropped_attributes_count", 4}}}));
  EXPECT_EQ(read["links"], json::array({{{"trace_id", hex_id(401)},
                                         {"span_id", span_id(2)},
                                         {"trace_state", "c=3"},
                                         {"flags", 0x101},
                                         {"attributes", {{{"key", "l"}, {"type", "double"}, {"text", "0.5"}}}},
                                         {"dropped_attributes_count", 5}}}));
  expect_producers(read);
  EXPECT_EQ(server().ask("traces/" + hex_id(400) + "/document")["spans"][0], read) << "the document has it too";
}

TEST_F(PageApi, ALogRecordIsReadBackWithEveryMember) {
  const std::int64_t at = kEpoch + 41 * kDay + 5;
  const json record = {{"timeUnixNano", std::to_string(at)},
                       {"observedTimeUnixNano", std::to_string(at + 9)},
                       {"severityNumber", 18},
                       {"severityText", "Sorry"},
                       {"eventName", "browser.click"},
                       {"body", {{"kvlistValue", {{"values", {attribute("k", "intValue", "1")}}}}}},
                       {"traceId", hex_id(410)},
                       {"spanId", span_id(3)},
                       {"flags", 1},
                       {"droppedAttributesCount", 6},
                       {"attributes", {attribute("raw", "bytesValue", "AP8=")}}};
  json without_time = record;
  without_time.erase("timeUnixNano");
  without_time["observedTimeUnixNano"] = std::to_string(at - 5);
  server().send(
      "logs", {{"resourceLogs",
                {{{"resource", resource()},
                  {"schemaUrl", "https://resource"},
                  {"scopeLogs",
                   {{{"scope", scope()}, {"schemaUrl", "https://scope"}, {"logRecords", {record, without_time}}}}}}}}});
  const json logs = server().ask("logs?" + range(41))["logs"];
  ASSERT_EQ(logs.size(), 2U);
  const json& read = logs[0];
  const json want = {{"time", std::to_string(at)},
                     {"sent_time", std::to_string(at)},
                     {"observed_time", std::to_string(at + 9)},
                     {"severity_number", 18},
                     {"severity_text", "Sorry"},
                     {"event_name", "browser.click"},
                     {"body", R"({"k":1})"},
                     {"body_type", "json"},
                     {"trace_id", hex_id(410)},
                     {"span_id", span_id(3)},
                     {"flags", 1},
                     {"dropped_attributes_count", 6},
                     {"sample_rate", 1}};
  for (const auto& [name, value] : want.items()) EXPECT_EQ(read[name], value) << name;
  EXPECT_EQ(read["attributes"][0]["type"], "bytes");
  EXPECT_NE(read["received"], "0");
  expect_producers(read);
  EXPECT_EQ(logs[1]["sent_time"], "0") << "none was sent: the list stands at when it was observed";
  EXPECT_EQ(logs[1]["time"], std::to_string(at - 5));
}

json metric(const char* name, const char* kind, json data) {
  return {{"name", name}, {"unit", "By"}, {"description", "about " + std::string(name)}, {kind, std::move(data)}};
}

class Metrics : public PageApi {
 protected:
  static constexpr std::int64_t kAt = kEpoch + 42 * kDay + 100;
  static json point(json more) {
    json point = {{"timeUnixNano", std::to_string(kAt)}, {"startTimeUnixNano", std::to_string(kAt - 60)}};
    point.update(more);
    return point;
  }
  static void send(const json& metrics) {
    server().send(
        "metrics",
        {{"resourceMetrics",
          {{{"resource", resource()},
            {"schemaUrl", "https://resource"},
            {"scopeMetrics", {{{"scope", scope()}, {"schemaUrl", "https://scope"}, {"metrics", metrics}}}}}}}});
  }
  static json read(const std::string& name) {
    const json points = server().ask("metrics?" + range(42) + "&name=" + name)["metrics"];
    EXPECT_EQ(points.size(), 1U) << name;
    return points.empty() ? json() : points[0];
  }
};

TEST_F(Metrics, EveryKindIsReadBackWithEveryMember) {
  const json exemplar = {{"timeUnixNano", std::to_string(kAt - 1)},
                         {"asDouble", 2.5},
                         {"traceId", hex_id(420)},
                         {"spanId", span_id(4)},
                         {"filteredAttributes", {attribute("who", "stringValue", "me")}}};
  send({metric("level", "gauge",
               {{"dataPoints",
                 {point({{"asDouble", 1.5},
                         {"flags", 1},
                         {"exemplars", {exemplar}},
                         {"attributes", {attribute("cpu", "intValue", "3")}}})}}}),
        metric("served", "sum",
               {{"aggregationTemporality", 2},
                {"isMonotonic", true},
                {"dataPoints", {point({{"asInt", "9007199254740993"}})}}}),
        metric("took", "histogram",
               {{"aggregationTemporality", 1},
                {"dataPoints",
                 {point({{"count", "9007199254740993"},
                         {"sum", 10.5},
                         {"min", 0.5},
                         {"max", 4.0},
                         {"bucketCounts", {"1", "2"}},
                         {"explicitBounds", {1.25}}})}}}),
        metric("spread", "exponentialHistogram",
               {{"aggregationTemporality", 1},
                {"dataPoints",
                 {point({{"count", "6"},
                         {"scale", -2},
                         {"zeroCount", "3"},
                         {"zeroThreshold", 0.25},
                         {"positive", {{"offset", -4}, {"bucketCounts", {"1", "0", "1"}}}},
                         {"negative", {{"offset", 2}, {"bucketCounts", {"1"}}}}})}}}),
        metric(
            "old", "summary",
            {{"dataPoints",
              {point({{"count", "4"}, {"sum", 8.0}, {"quantileValues", {{{"quantile", 0.5}, {"value", 1.75}}}}})}}})});
  const json level = read("level");
  EXPECT_EQ(level["kind"], "gauge");
  EXPECT_EQ(level["unit"], "By");
  EXPECT_EQ(level["description"], "about level");
  EXPECT_EQ(level["time"], std::to_string(kAt));
  EXPECT_EQ(level["start_time"], std::to_string(kAt - 60));
  EXPECT_EQ(level["flags"], 1);
  EXPECT_EQ(level["value"], json::parse(R"({"type":"double","text":"1.5"})"));
  EXPECT_EQ(level["attributes"], json::parse(R"([{"key":"cpu","type":"int","text":"3"}])"));
  EXPECT_EQ(level["exemplars"],
            json::array({{{"time", std::to_string(kAt - 1)},
                          {"value", 2.5},
                          {"trace_id", hex_id(420)},
                          {"span_id", span_id(4)},
                          {"attributes", {{{"key", "who"}, {"type", "string"}, {"text", "me"}}}}}}));
  expect_producers(level);
  const json served = read("served");
  EXPECT_EQ(served["value"], json::parse(R"({"type":"int","text":"9007199254740993"})")) << "no digit is lost";
  EXPECT_EQ(served["temporality"], "cumulative");
  EXPECT_EQ(served["monotonic"], true);
  const json took = read("took");
  const json want_took = {{"kind", "histogram"},
                          {"temporality", "delta"},
                          {"count", "9007199254740993"},
                          {"sum", 10.5},
                          {"min", 0.5},
                          {"max", 4.0},
                          {"bucket_counts", {"1", "2"}},
                          {"explicit_bounds", json::array({1.25})}};
  for (const auto& [name, value] : want_took.items()) EXPECT_EQ(took[name], value) << name;
  const json spread = read("spread");
  const json want_spread = {{"kind", "exponential_histogram"},
                            {"count", "6"},
                            {"scale", -2},
                            {"zero_count", "3"},
                            {"zero_threshold", 0.25},
                            {"positive", {{"offset", -4}, {"bucket_counts", {"1", "0", "1"}}}},
                            {"negative", {{"offset", 2}, {"bucket_counts", json::array({"1"})}}}};
  for (const auto& [name, value] : want_spread.items()) EXPECT_EQ(spread[name], value) << name;
  EXPECT_FALSE(spread.contains("sum")) << "it was not sent";
  const json old = read("old");
  EXPECT_EQ(old["kind"], "summary");
  EXPECT_EQ(old["quantiles"], json::array({0.5}));
  EXPECT_EQ(old["quantile_values"], json::array({1.75}));
}

TEST_F(Metrics, ComeInPagesNewestFirst) {
  json points = json::array();
  for (int i = 0; i < 9; ++i) {
    points.push_back({{"timeUnixNano", std::to_string(kEpoch + 43 * kDay + (i < 5 ? 0 : i * kHour))},
                      {"asInt", std::to_string(i)},
                      {"attributes", {attribute("i", "intValue", std::to_string(i))}}});
  }
  send(json::array({metric("many", "gauge", {{"dataPoints", points}})}));
  std::vector<std::string> values;
  for (const json& one : server().ask_all("metrics?" + range(43) + "&limit=2", "metrics")) {
    values.push_back(one["value"]["text"]);
  }
  ASSERT_EQ(values.size(), 9U);
  EXPECT_EQ(values.front(), "8");
  std::ranges::sort(values);
  EXPECT_EQ(std::ranges::adjacent_find(values), values.end()) << "a point twice";
}

TEST_F(PageApi, ACursorOfOneListIsRefusedByAnother) {
  const std::int64_t at = kEpoch + 44 * kDay + kHour;
  std::vector<SentLog> logs;
  std::vector<SentSpan> spans;
  for (int i = 0; i < 4; ++i) {
    logs.push_back({.time = at + i, .body = "b", .trace = hex_id(440)});
    spans.push_back({.trace = hex_id(440 + i), .id = span_id(1), .start = at + i});
  }
  server().send(logs);
  server().send(spans);
  const auto cursor_of = [&](const std::string& question) {
    const json answer = server().ask(question + "&limit=1");
    return answer["cursor"].is_string() ? "&cursor=" + answer["cursor"].get<std::string>() : "";
  };
  const std::string traces = cursor_of("traces?" + range(44));
  const std::string all_logs = cursor_of("logs?" + range(44));
  const std::string trace_logs = cursor_of("traces/" + hex_id(440) + "/logs?");
  ASSERT_TRUE(!traces.empty() && !all_logs.empty() && !trace_logs.empty());
  for (const std::string& question :
       {"logs?" + range(44) + traces, "traces?" + range(44) + all_logs, "metrics?" + range(44) + all_logs,
        "traces?" + range(45) + traces, "traces?" + range(44) + "&service=x" + traces,
        "traces/" + hex_id(441) + "/logs?" + trace_logs, "logs?" + range(44) + trace_logs}) {
    const Response response = server().request("GET", "/api/v1/" + question);
    EXPECT_EQ(response.status, 400) << question;
    EXPECT_NE(response.body.find("another"), std::string::npos) << response.body;
  }
  EXPECT_EQ(server().ask("traces?limit=2&" + range(44) + traces)["traces"].size(), 2U) << "its own list takes it";
}

}  // namespace
}  // namespace tetrascope
