// One trace that four vendors' clients told of: docs/protocols/ui.md, sentence by sentence.

#include <fmt/core.h>
#include <gmock/gmock.h>

#include "page/page_api.h"
#include "page/vendor_clients.h"

namespace tetrascope {
namespace {

constexpr const char* kTrace = "5759e988bd862e3fe1be46a994272793";
constexpr const char* kXrayTrace = "1-5759e988-bd862e3fe1be46a994272793";

/// A server of its own: what it has must not stand in other tests' lists.
class JoinedApi : public PageApi {
 protected:
  static void SetUpTestSuite() {
    PageApi::SetUpTestSuite();
    now_ = UnixNanos::now().value;
    send_all();
  }
  static std::int64_t now() { return now_; }
  /// As the SDK writes it: spaces, and an order of its own.
  static std::string segment() {
    return fmt::format(
        R"({{"id": "00000000000000b1", "trace_id": "{}", "name": "web", "start_time": {:.6f}, "end_time": {:.6f}, )"
        R"("fault": true, "subsegments": [{{"id": "00000000000000b2", "name": "table", "namespace": "aws", )"
        R"("start_time": {:.6f}, "end_time": {:.6f}, "fault": true, "cause": {{"exceptions": [{{"id": )"
        R"("00000000000000b3", "type": "Timeout", "message": "no answer"}}]}}}}]}})",
        kXrayTrace, seconds(0), seconds(0.9), seconds(0.1), seconds(0.8));
  }

 private:
  static double seconds(double after) { return static_cast<double>(now_) / 1e9 + after; }
  static void send_all() {
    const json exception = {{"events",
                             {{{"timeUnixNano", std::to_string(now_ + 600'000'000)},
                               {"name", "exception"},
                               {"attributes",
                                {attribute("exception.type", "stringValue", "TimeoutError"),
                                 attribute("exception.message", "stringValue", "no answer")}}}}}};
    server().send({{.trace = kTrace,
                    .id = span_id(0xa1),
                    .service = "web",
                    .name = "GET /",
                    .start = now_ + 1'000'000,
                    .duration = 898'000'000,
                    .kind = 2,
                    .status = 2,
                    .more = exception}});
    server().send(
        std::vector<SentLog>{{.time = now_ + 2, .body = "from OpenTelemetry", .trace = kTrace, .service = "web"}});
    send_segment(server(), segment());
    send_event(server(), "cruddur", std::string("from CloudWatch ") + kXrayTrace);
    json data = exception_data("TimeoutError", "no answer");
    data["uuid"] = "0123456789abcdef0123456789abcdef";
    data["custom"] = {{"trace_id", kTrace}, {"span_id", span_id(0xa1)}};
    send_item(server(), "token-of-web", data);
  }
  inline static std::int64_t now_ = 0;
};

TEST_F(JoinedApi, BothFormsOfTheIdOpenTheSameTraceWithSpansOfBoth) {
  for (const char* id : {kTrace, kXrayTrace}) {
    const json trace = server().ask(std::string("traces/") + id);
    EXPECT_EQ(trace["trace_id"], kTrace);
    EXPECT_EQ(trace["spans"]["id"], json({span_id(0xb1), span_id(0xa1), span_id(0xb2)}));
    EXPECT_EQ(trace["protocols"], json({"xray", "otlp"}));
    EXPECT_EQ(trace["spans"]["protocol"], json({0, 1, 0}));
    EXPECT_EQ(trace["logs"], 2);
    EXPECT_EQ(trace["errors"], 3);
  }
}

TEST_F(JoinedApi, ErrorsOfAllOriginsStandInTheOrderOfTheirTime) {
  const json errors = server().ask(std::string("traces/") + kXrayTrace + "/errors")["errors"];
  ASSERT_EQ(errors.size(), 3U);
  std::map<std::string, json> by_protocol;
  std::int64_t before = 0;
  for (const json& error : errors) {
    by_protocol[error["protocol"]] = error;
    EXPECT_GE(std::stoll(error["time"].get<std::string>()), before);
    before = std::stoll(error["time"].get<std::string>());
    EXPECT_EQ(error["exception_message"], "no answer");
  }
  EXPECT_EQ(by_protocol["otlp"]["exception_type"], "TimeoutError");
  EXPECT_EQ(by_protocol["otlp"]["span_id"], span_id(0xa1));
  EXPECT_EQ(by_protocol["xray"]["exception_type"], "Timeout");
  EXPECT_EQ(by_protocol["xray"]["span_id"], span_id(0xb2));
  EXPECT_EQ(by_protocol["rollbar"]["span_id"], span_id(0xa1));
  std::map<std::string, std::string> attributes;
  for (const json& one : by_protocol["rollbar"]["attributes"]) attributes[one["key"]] = one["text"];
  EXPECT_NE(attributes["rollbar.project_id"], "");
  EXPECT_NE(attributes["rollbar.item_id"], "");
}

TEST_F(JoinedApi, LogsOfAllOriginsNameTheTrace) {
  const json logs = server().ask(std::string("traces/") + kTrace + "/logs")["logs"];
  std::map<std::string, std::string> bodies;
  for (const json& log : logs) bodies[log["protocol"]] = log["body"];
  EXPECT_EQ(bodies, (std::map<std::string, std::string>{{"otlp", "from OpenTelemetry"},
                                                        {"cloudwatch", std::string("from CloudWatch ") + kXrayTrace}}));
}

TEST_F(JoinedApi, DocumentsComeByteForByteForTheSpanThatTheyHold) {
  const std::string documents = std::string("traces/") + kTrace + "/documents";
  // The subsegment has no document of its own: it stands in its segment's.
  for (const int span : {0xb1, 0xb2}) {
    const json found = server().ask(documents + "?span=" + span_id(span))["documents"];
    ASSERT_EQ(found.size(), 1U) << span;
    EXPECT_EQ(found[0]["kind"], "xray.segment");
    EXPECT_EQ(found[0]["document"], segment());
  }
  const json all = server().ask(documents)["documents"];
  ASSERT_EQ(all.size(), 2U);
  const std::string key = all[1]["key"];
  const json item = server().ask(documents + "?key=" + key)["documents"];
  ASSERT_EQ(item.size(), 1U);
  EXPECT_EQ(item[0]["kind"], "rollbar.item");
  EXPECT_EQ(json::parse(item[0]["document"].get<std::string>())["uuid"], "0123456789abcdef0123456789abcdef");
  EXPECT_TRUE(server().ask(documents + "?span=" + span_id(0xee))["documents"].empty());
}

TEST_F(JoinedApi, ARequestThatTwoSdksReportIsCountedOnce) {
  const json services = server().ask("services?last=1h")["services"];
  ASSERT_EQ(services.size(), 1U);
  EXPECT_EQ(services[0]["service"], "web");
  EXPECT_EQ(services[0]["requests"], 1);
  EXPECT_EQ(services[0]["errors"], 1);
  EXPECT_EQ(services[0]["spans"], 3);
}

TEST_F(JoinedApi, ATraceOfLogsAloneIsFoundAndOneOfNothingIsNot) {
  server().send(std::vector<SentLog>{{.time = now(), .body = "alone", .trace = hex_id(77)}});
  const json trace = server().ask("traces/" + hex_id(77));
  EXPECT_EQ(trace["logs"], 1);
  EXPECT_EQ(trace["errors"], 0);
  EXPECT_TRUE(trace["spans"]["id"].empty());
  EXPECT_EQ(server().request("GET", "/api/v1/traces/" + hex_id(78)).status, 404);
}

TEST_F(JoinedApi, AHistogramCountsTheLogsOfTheFilterByLevelAndTellsWhoWroteThem) {
  server().send(std::vector<SentLog>{
      {.time = kEpoch, .body = "a cat", .service = "zoo", .severity = 9},
      {.time = kEpoch + 1, .body = "a CAT", .service = "zoo", .severity = 17},
      {.time = kEpoch + 30 * kSecond, .body = "a dog", .service = "zoo", .severity = 17},
      {.time = kEpoch + 59 * kSecond, .body = "a cat", .service = "farm", .severity = 0},
      {.time = kEpoch + 60 * kSecond, .body = "too late", .service = "zoo", .severity = 9},
  });
  const std::string range = fmt::format("logs/histogram?from={}&to={}", kEpoch, kEpoch + 60 * kSecond);
  const auto totals = [&](const std::string& filter) {
    const json answer = server().ask(range + filter);
    std::vector<int> counts;
    for (const json& level : answer["levels"]) {
      EXPECT_EQ(level.size(), 60U);
      counts.push_back(0);
      for (const json& step : level) counts.back() += step.get<int>();
    }
    EXPECT_EQ(answer["sources"].size(), filter.starts_with("&text=dog") ? 1U : 2U) << filter;
    return counts;
  };
  using Counts = std::vector<int>;
  EXPECT_EQ(totals(""), (Counts{1, 0, 0, 1, 0, 2, 0}));
  EXPECT_EQ(totals("&service=zoo"), (Counts{0, 0, 0, 1, 0, 2, 0}));
  EXPECT_EQ(totals("&text=cat"), (Counts{1, 0, 0, 1, 0, 1, 0}));
  EXPECT_EQ(totals("&text=dog"), (Counts{0, 0, 0, 0, 0, 1, 0}));
  EXPECT_EQ(totals("&client=otlp"), (Counts{1, 0, 0, 1, 0, 2, 0}));
  const json answer = server().ask(range);
  EXPECT_EQ(answer["levels"][5][0], 1);
  EXPECT_EQ(answer["levels"][5][30], 1);
  EXPECT_EQ(answer["first"], std::to_string(kEpoch));
  EXPECT_EQ(answer["step"], std::to_string(kSecond));
  EXPECT_EQ(answer["sources"][0], json({{"service", "zoo"}, {"protocol", "otlp"}, {"logs", 3}}));
}

TEST_F(JoinedApi, LogsAreFilteredByWhoSentThem) {
  EXPECT_EQ(server().ask_all("logs?last=1h&client=cloudwatch", "logs").size(), 1U);
  EXPECT_EQ(server().ask_all("logs?last=1h&client=cloud", "logs").size(), 0U);
}

}  // namespace
}  // namespace tetrascope
