// Bodies in JSON: well formed, of the sizes they are said to have, and still so after a round has changed them.

#include "data/other_bodies.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include <nlohmann/json.hpp>
#include <protozero/pbf_reader.hpp>

#include "data/otlp_json.h"
#include "data/otlp_logs.h"
#include "data/otlp_spans.h"
#include "data/rounds.h"
#include "data/segments.h"

namespace tetrascope::bench {
namespace {

using nlohmann::json;

constexpr std::uint64_t kFirst = 1'767'225'600'000'000'000;

MarkedBytes trace_body() {
  TraceStream traces(1, 1000, kFirst);
  TraceRequest request(1);
  while (request.spans() < 1000) {
    const Trace trace = traces.next();
    for (std::size_t place = 0; place < trace.spans.size(); ++place) request.add(trace, place);
  }
  return request.take();
}

/// The body as generated, and as an hour later with other ids.
std::pair<json, json> both(const MarkedBytes& body) {
  std::string later = body.bytes();
  apply({salt_of_round(1), 3600}, body.marks(), later.data());
  return {json::parse(body.bytes()), json::parse(later)};
}

std::vector<json> spans_of(const json& request) {
  std::vector<json> spans;
  for (const auto& resource : request.at("resourceSpans"))
    for (const auto& scope : resource.at("scopeSpans"))
      for (const auto& span : scope.at("spans")) spans.push_back(span);
  return spans;
}

std::string attribute(const json& span, std::string_view key) {
  for (const auto& each : span.at("attributes"))
    if (each.at("key") == key) return each.at("value").at("stringValue");
  return {};
}

TEST(OtlpJson, SaysWhatTheProtobufSays) {
  const MarkedBytes protobuf = trace_body();
  const auto [now, later] = both(traces_as_json(protobuf));
  const auto spans = spans_of(now), moved = spans_of(later);
  ASSERT_EQ(spans.size(), 1000U);
  std::size_t attributes = 0, events = 0, links = 0;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const json& span = spans[i];
    ASSERT_EQ(span.at("traceId").get<std::string>().size(), 32U);
    ASSERT_EQ(span.at("spanId").get<std::string>().size(), 16U);
    attributes += span.at("attributes").size();
    events += span.value("events", json::array()).size();
    links += span.value("links", json::array()).size();
    EXPECT_NE(span.at("spanId"), moved[i].at("spanId"));
    EXPECT_NE(attribute(span, "http.request.id"), attribute(moved[i], "http.request.id"));
    EXPECT_EQ(attribute(span, "user.id"), attribute(moved[i], "user.id"));
    EXPECT_EQ(std::stoll(span.at("startTimeUnixNano").get<std::string>()) + 3'600'000'000'000,
              std::stoll(moved[i].at("startTimeUnixNano").get<std::string>()));
  }
  std::size_t in_protobuf = 0;
  protozero::pbf_reader request(protobuf.bytes());
  while (request.next(1)) {
    auto resource = request.get_message();
    while (resource.next(2)) {
      auto scope = resource.get_message();
      while (scope.next(2)) {
        auto span = scope.get_message();
        for (; span.next(); span.skip()) in_protobuf += span.tag() == 9 || span.tag() == 11 || span.tag() == 13;
      }
    }
  }
  EXPECT_EQ(attributes + events + links, in_protobuf);
}

TEST(OtlpJson, HasEveryLogRecord) {
  const auto [now, later] = both(logs_as_json(log_request(1, 0, 500, kFirst)));
  std::size_t records = 0;
  for (const auto& resource : now.at("resourceLogs"))
    for (const auto& scope : resource.at("scopeLogs")) records += scope.at("logRecords").size();
  EXPECT_EQ(records, 500U);
}

std::size_t check_subsegments(const json& segment) {
  std::size_t count = 1;
  for (const auto& each : segment.value("subsegments", json::array())) {
    EXPECT_GE(each.at("start_time"), segment.at("start_time"));
    EXPECT_LE(each.at("end_time"), segment.at("end_time"));
    count += check_subsegments(each);
  }
  return count;
}

TEST(Segments, HaveEverySpanOfATraceOnce) {
  TraceStream traces(1, 1000, kFirst);
  for (int i = 0; i < 20; ++i) {
    const Trace trace = traces.next();
    const auto documents = segment_documents(trace);
    EXPECT_THAT(documents.size(), testing::AllOf(testing::Ge(5U), testing::Le(12U)));
    std::size_t spans = 0;
    std::set<std::string> ids;
    for (const auto& document : documents) {
      const auto [now, later] = both(document);
      spans += check_subsegments(now);
      ids.insert(now.at("trace_id"));
      EXPECT_LT(document.bytes().size(), 64U << 10U);
      EXPECT_NE(now.at("trace_id"), later.at("trace_id"));
      EXPECT_DOUBLE_EQ(now.at("start_time").get<double>() + 3600, later.at("start_time").get<double>());
    }
    EXPECT_EQ(spans, trace.spans.size());
    EXPECT_EQ(ids.size(), 1U);
  }
}

TEST(Segments, AreTextInACallAndFollowTheHeadInADatagram) {
  TraceStream traces(1, 1000, kFirst);
  const auto documents = segment_documents(traces.next());
  const auto [now, later] = both(put_trace_segments(documents));
  ASSERT_EQ(now.at("TraceSegmentDocuments").size(), documents.size());
  EXPECT_EQ(now.at("TraceSegmentDocuments").at(0), documents[0].bytes());
  EXPECT_NE(json::parse(later.at("TraceSegmentDocuments").at(0).get<std::string>()).at("id"),
            json::parse(documents[0].bytes()).at("id"));
  EXPECT_THAT(segment_datagram(documents[0]).bytes(), testing::StartsWith("{\"format\":\"json\",\"version\":1}\n{"));
}

TEST(PutLogEvents, ABatchIsInOrderAndNotTooLarge) {
  const MarkedBytes body = put_log_events(1, 3000, 1000, kFirst);
  EXPECT_LT(body.bytes().size(), 1U << 20U);
  const auto [now, later] = both(body);
  ASSERT_EQ(now.at("logEvents").size(), 1000U);
  EXPECT_EQ(now.at("logStreamName"), "stream-3");
  std::int64_t last = 0;
  std::size_t with_trace = 0;
  for (const auto& event : now.at("logEvents")) {
    EXPECT_GE(event.at("timestamp").get<std::int64_t>(), last);
    last = event.at("timestamp");
    with_trace += json::parse(event.at("message").get<std::string>()).contains("trace_id");
  }
  EXPECT_NEAR(static_cast<double>(with_trace), 300, 60);
  EXPECT_EQ(now.at("logEvents").at(0).at("timestamp").get<std::int64_t>() + 3'600'000,
            later.at("logEvents").at(0).at("timestamp").get<std::int64_t>());
}

TEST(RollbarItems, HaveFiftyKilobytes) {
  const MarkedBytes body = rollbar_item(1, 5, kFirst);
  EXPECT_NEAR(static_cast<double>(body.bytes().size()), 50'000, 2'500);
  const auto [now, later] = both(body);
  EXPECT_EQ(now.at("data").at("body").at("trace").at("frames").size(), 60U);
  EXPECT_NE(now.at("data").at("uuid"), later.at("data").at("uuid"));
}

TEST(CyclicTraces, HaveTenSpansAndElevenAttributesOfNinetySevenKeys) {
  std::map<std::string, std::size_t> traces;
  std::set<std::string> keys;
  for (const json& span : spans_of(json::parse(traces_as_json(cyclic_trace_request(1, 0, 1000, kFirst)).bytes()))) {
    ++traces[span.at("traceId")];
    EXPECT_EQ(span.at("attributes").size(), 11U);
    for (const auto& each : span.at("attributes")) keys.insert(each.at("key"));
  }
  EXPECT_EQ(traces.size(), 100U);
  for (const auto& [id, spans] : traces) EXPECT_EQ(spans, 10U);
  EXPECT_EQ(keys.size(), 97U);
}

}  // namespace
}  // namespace tetrascope::bench
