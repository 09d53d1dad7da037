// JSON and protobuf of one content become the same rows; JSON's own freedoms and faults.

#include <gtest/gtest.h>

#include "slices/otlp/decode.h"
#include "support/column_texts.h"
#include "support/otlp_body.h"

namespace tetrascope::otlp {
namespace {

using namespace otlp_body;
using namespace column_texts;

const OtlpContext kContext{{}, {}, UnixNanos{1'790'000'000'000'000'000}};
constexpr std::string_view kTraceHex = "30313233343536373839616263646566", kSpanHex = "7370616e7370616e";

/// Every table of a batch as the engine gets it.
std::string native(const Batch& batch) {
  NativeWriter out;
  Batch::each(batch, [&](std::string_view table, const auto& columns) {
    out.text(table);
    EXPECT_EQ(columns.misaligned(), "");
    if (columns.rows() > 0) columns.encode(out, 0, columns.rows());
  });
  return std::string(out.view());
}

void expect_same(OtlpSignal signal, const std::string& protobuf, const std::string& json) {
  Batch from_protobuf, from_json;
  const auto a = decode(signal, Format::kProtobuf, protobuf, kContext, from_protobuf);
  const auto b = decode(signal, Format::kJson, json, kContext, from_json);
  ASSERT_TRUE(a) << a.error().message;
  ASSERT_TRUE(b) << b.error().message;
  EXPECT_GT(a->accepted, 0U);
  EXPECT_EQ(a->accepted, b->accepted);
  EXPECT_EQ(a->rejection, b->rejection);
  EXPECT_TRUE(native(from_protobuf) == native(from_json));
  const auto fields = [](const FieldSightings& sightings) {
    Texts out;
    for (const auto& s : sightings) out.push_back(s.dataset + "/" + s.key + std::to_string(static_cast<int>(s.level)));
    return out;
  };
  EXPECT_EQ(fields(from_protobuf.fields.spans), fields(from_json.fields.spans));
  EXPECT_EQ(fields(from_protobuf.fields.occurrences), fields(from_json.fields.occurrences));
}

TEST(Formats, TracesAreTheSame) {
  const std::string event =
      bytes(11, fixed64(1, 7) + bytes(2, "exception") + bytes(3, pair("exception.type", text("E"))) + varint(4, 1));
  const std::string link = bytes(13, bytes(1, kTraceId) + bytes(2, kSpanId) + bytes(3, "l=1") +
                                         bytes(4, pair("k", integer(1))) + varint(5, 2) + fixed32(6, 256));
  const std::string all =
      bytes(3, "ot=th:c") + bytes(4, kSpanId) + varint(6, 2) + fixed64(7, 1'790'000'000'000'000'001) +
      fixed64(8, 1'790'000'000'000'000'009) + bytes(9, pair("s", text("grüße\n"))) +
      bytes(9, pair("i", integer(-9007199254740993))) + bytes(9, pair("d", floating(1e300))) +
      bytes(9, pair("b", boolean(false))) + bytes(9, pair("a", array({text("x"), integer(1), floating(2), ""}))) +
      bytes(9, pair("m", map({pair("x", map({pair("y", integer(3))})), pair("bytes", raw("\x01\xFF"))}))) +
      bytes(9, pair("r", raw(std::string("\0\xFB\xFF", 3)))) + bytes(9, pair("none", "")) + varint(10, 1) + event +
      varint(12, 2) + link + varint(14, 3) + bytes(15, bytes(2, "boom") + varint(3, 2)) + fixed32(16, 769);
  const std::string protobuf =
      bytes(1, bytes(1, bytes(1, pair("service.name", text("shop"))) + varint(2, 4) +
                            bytes(3, bytes(2, "host") + bytes(3, "id"))) +
                   bytes(2, bytes(1, bytes(1, "lib") + bytes(2, "2") + bytes(3, pair("k", boolean(true)))) +
                                bytes(2, span("GET", all)) + bytes(2, bytes(5, "no ids")) + bytes(3, "su")) +
                   bytes(3, "ru"));
  const std::string json =
      R"({"resourceSpans":[{"schemaUrl":"ru","scopeSpans":[{"spans":[{"traceId":"30313233343536373839616263646566",
    "spanId":"7370616e7370616e","traceState":"ot=th:c","parentSpanId":"7370616e7370616e","name":"GET","kind":2,
    "startTimeUnixNano":"1790000000000000001","endTimeUnixNano":1790000000000000009,"attributes":[
      {"key":"s","value":{"stringValue":"grüße\n"}},{"key":"i","value":{"intValue":"-9007199254740993"}},
      {"key":"d","value":{"doubleValue":1e300}},{"key":"b","value":{"boolValue":false}},
      {"key":"a","value":{"arrayValue":{"values":[{"stringValue":"x"},{"intValue":1},{"doubleValue":2},{}]}}},
      {"key":"m","value":{"kvlistValue":{"values":[{"key":"x","value":{"kvlistValue":{"values":[{"key":"y","value":{"intValue":"3"}}]}}},
        {"key":"bytes","value":{"bytesValue":"Af8="}}]}}},
      {"key":"r","value":{"bytesValue":"APv_"}},{"key":"none","value":{}}],
    "droppedAttributesCount":1,"events":[{"timeUnixNano":"7","name":"exception","attributes":[{"key":"exception.type","value":{"stringValue":"E"}}],
      "droppedAttributesCount":1}],"droppedEventsCount":2,
    "links":[{"traceId":"30313233343536373839616263646566","spanId":"7370616e7370616e","traceState":"l=1",
      "attributes":[{"key":"k","value":{"intValue":1}}],"droppedAttributesCount":2,"flags":256}],"droppedLinksCount":3,
    "status":{"message":"boom","code":"STATUS_CODE_ERROR"},"flags":769},{"name":"no ids"}],
    "scope":{"name":"lib","version":"2","attributes":[{"key":"k","value":{"boolValue":true}}]},"schemaUrl":"su"}],
    "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}],"droppedAttributesCount":4,
      "entityRefs":[{"type":"host","idKeys":["id"]}]}}]})";
  expect_same(OtlpSignal::kTraces, protobuf, json);
}

TEST(Formats, LogsAreTheSame) {
  const std::string first = fixed64(1, 5) + varint(2, 17) + bytes(3, "ERROR") + bytes(5, text("failed")) +
                            bytes(6, pair("exception.message", text("no"))) + bytes(6, pair("sampleRate", integer(3))) +
                            varint(7, 1) + fixed32(8, 1) + bytes(9, kTraceId) + bytes(10, kSpanId) + fixed64(11, 6) +
                            bytes(12, "app.failed");
  const std::string second = fixed64(11, 8) + bytes(5, map({pair("k", array({floating(1.5)}))}));
  const std::string json = R"({"resource_logs":[{"resource":{},"scope_logs":[{"scope":{},"log_records":[
    {"time_unix_nano":"5","severity_number":"SEVERITY_NUMBER_ERROR","severity_text":"ERROR","body":{"string_value":"failed"},"attributes":[
      {"key":"exception.message","value":{"string_value":"no"}},{"key":"sampleRate","value":{"int_value":"3"}}],
     "dropped_attributes_count":1,"flags":1,"trace_id":"30313233343536373839616263646566","span_id":"7370616e7370616e",
     "observed_time_unix_nano":"6","event_name":"app.failed"},
    {"observed_time_unix_nano":8,"body":{"kvlist_value":{"values":[{"key":"k","value":{"array_value":{"values":[{"double_value":1.5}]}}}]}}}
    ]}]}]})";
  expect_same(OtlpSignal::kLogs, request({}, {}, {first, second}), json);
}

TEST(Formats, MetricsAreTheSame) {
  const std::string exemplar =
      fixed64(2, 3) + real(3, 1.5) + bytes(4, kSpanId) + bytes(5, kTraceId) + bytes(7, pair("f", text("x")));
  const std::string times = fixed64(2, 1) + fixed64(3, 2);
  const std::string gauge =
      bytes(1, "g") + bytes(2, "about") + bytes(3, "By") +
      bytes(5, bytes(1, times + real(4, 0.5) + bytes(5, exemplar) + bytes(7, pair("k", text("v"))) + varint(8, 1))) +
      bytes(12, pair("meta", text("data")));
  const std::string sum = bytes(1, "s") + bytes(7, bytes(1, times + fixed64(6, static_cast<std::uint64_t>(-7))) +
                                                       varint(2, 2) + varint(3, 1));
  const std::string counts = std::string("\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0", 16);
  const std::string histogram =
      bytes(1, "h") + bytes(9, bytes(1, times + fixed64(4, 3) + real(5, 9) + bytes(6, counts) + real(7, 10) +
                                            real(11, 1) + real(12, 5) + bytes(9, pair("k", integer(1)))) +
                                   varint(2, 1));
  const std::string exponential =
      bytes(1, "e") +
      bytes(10, bytes(1, bytes(1, pair("k", boolean(true))) + times + fixed64(4, 6) + real(5, 2) + sint(6, -1) +
                             fixed64(7, 2) + bytes(8, sint(1, -3) + bytes(2, "\x01\x80\x01")) +
                             bytes(9, sint(1, 4) + varint(2, 1)) + real(12, 0.25) + real(13, 1) + real(14, 0.125)) +
                    varint(2, 2));
  const std::string summary =
      bytes(1, "y") + bytes(11, bytes(1, times + fixed64(4, 2) + real(5, 3) + bytes(6, real(1, 0.5) + real(2, 1.5)) +
                                             bytes(6, real(1, 1) + real(2, 2))));
  const std::string empty = bytes(1, "none") + bytes(3, "1") + bytes(5, "");
  const std::string t = R"("startTimeUnixNano":"1","timeUnixNano":"2")";
  const std::string json =
      R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[
    {"name":"g","description":"about","unit":"By","metadata":[{"key":"meta","value":{"stringValue":"data"}}],"gauge":{"dataPoints":[{)" +
      t +
      R"(,"asDouble":0.5,"exemplars":[{"timeUnixNano":3,"asDouble":1.5,"spanId":"7370616e7370616e","traceId":"30313233343536373839616263646566",
      "filteredAttributes":[{"key":"f","value":{"stringValue":"x"}}]}],"attributes":[{"key":"k","value":{"stringValue":"v"}}],"flags":1}]}},
    {"name":"s","sum":{"dataPoints":[{)" +
      t + R"(,"asInt":"-7"}],"aggregationTemporality":"AGGREGATION_TEMPORALITY_CUMULATIVE","isMonotonic":true}},
    {"name":"h","histogram":{"aggregationTemporality":1,"dataPoints":[{)" +
      t + R"(,"count":"3","sum":9,"bucketCounts":["1",2],"explicitBounds":[10],
      "min":1,"max":5,"attributes":[{"key":"k","value":{"intValue":"1"}}]}]}},
    {"name":"e","exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[{)" +
      t + R"(,"attributes":[{"key":"k","value":{"boolValue":true}}],
      "count":6,"sum":2,"scale":-1,"zeroCount":"2","positive":{"offset":-3,"bucketCounts":["1","128"]},"negative":{"offset":4,"bucketCounts":[1]},
      "min":0.25,"max":1,"zeroThreshold":0.125}]}},
    {"name":"y","summary":{"dataPoints":[{)" +
      t + R"(,"count":2,"sum":3,"quantileValues":[{"quantile":0.5,"value":1.5},{"quantile":1,"value":2}]}]}},
    {"name":"none","unit":"1","gauge":{}}]}]}]})";
  const std::string protobuf = request({}, {}, {gauge, sum, histogram, exponential, summary, empty});
  expect_same(OtlpSignal::kMetrics, protobuf, json);

  Batch batch;
  const auto report = decode_metrics(protobuf, kContext, batch);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->metrics, 6U);
  EXPECT_EQ(report->accepted, 5U);
  const MetricColumns& rows = batch.metrics;
  ASSERT_EQ(rows.rows(), 6U);
  const auto kinds =
      std::vector<int>{rows.kind[0], rows.kind[1], rows.kind[2], rows.kind[3], rows.kind[4], rows.kind[5]};
  EXPECT_EQ(kinds, (std::vector<int>{1, 2, 3, 4, 5, 0}));
  EXPECT_EQ(rows.present[0], MetricColumns::kDoubleValue);
  EXPECT_EQ(rows.present[1], MetricColumns::kIntValue);
  EXPECT_EQ(rows.present[2], MetricColumns::kSum | MetricColumns::kMin | MetricColumns::kMax);
  EXPECT_EQ(rows.value_int[1], -7);
  EXPECT_EQ(rows.temporality[1], 2);
  EXPECT_EQ(rows.monotonic[1], 1);
  EXPECT_EQ(rows.bucket_counts.elements[1], 2U);
  EXPECT_EQ(rows.scale[3], -1);
  EXPECT_EQ(rows.positive_offset[3], -3);
  EXPECT_EQ(rows.positive_counts.elements[1], 128U);
  EXPECT_EQ(rows.quantile_values.elements[1], 2.0);
  EXPECT_EQ(texts(rows.exemplars)[0],
            R"([{"time":3,"value":1.5,"trace_id":"30313233343536373839616263646566","span_id":"7370616e7370616e",)"
            R"("attributes":{"f":"x"}}])");
  EXPECT_EQ(rows.metadata[0], R"({"meta":"data"})");
  EXPECT_EQ(rows.time[5], kContext.received.value) << "a metric without points has the time of its arrival";
  EXPECT_EQ(rows.unit[5], "1");
}

/// A trace request whose only span has `members` beside its ids.
std::string json_span(std::string_view members) {
  return R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":")" + std::string(kTraceHex) + R"(","spanId":")" +
         std::string(kSpanHex) + R"(",)" + std::string(members) + "}]}]}]}";
}

TEST(Json, TakesWhatSendersWrite) {
  for (const std::string_view members : {R"("name":null)",
                                         R"("kind":"SPAN_KIND_SERVER")",
                                         R"("kind":"2")",
                                         R"("kind":null)",
                                         R"("unknown":{"deep":[1,2,{"x":null}]})",
                                         R"("startTimeUnixNano":1.79e18)",
                                         R"("startTimeUnixNano":"18446744073709551615")",
                                         R"("attributes":[{"key":"k"}])",
                                         R"("attributes":[{"key":"k","value":null}])",
                                         R"("attributes":[{"key":"k","value":{"doubleValue":"NaN"}}])",
                                         R"("attributes":[{"key":"k","value":{"doubleValue":"-Infinity"}}])",
                                         R"("attributes":[{"key":"k","value":{"doubleValue":"1.5"}}])",
                                         R"("attributes":[{"key":"k","value":{"intValue":1e3}}])",
                                         R"("attributes":[{"key":"k","value":{"bytesValue":"-_8"}}])",
                                         R"("attributes":[])",
                                         R"("events":[{}])",
                                         R"("links":[{"traceId":"","spanId":null}])",
                                         R"("parentSpanId":"")",
                                         R"("parent_span_id":"7370616E7370616E")",
                                         R"("status":{})",
                                         R"("flags":4294967295)",
                                         R"("name":"\u0000\ud83c\udf0d")"}) {
    Batch batch;
    const auto report = decode_traces_json(json_span(members), kContext, batch);
    ASSERT_TRUE(report) << members << ": " << report.error().message;
    EXPECT_EQ(batch.spans.rows(), 1U) << members;
    EXPECT_EQ(batch.spans.misaligned(), "") << members;
  }
  for (const std::string_view body :
       {"{}", R"({"resourceSpans":null})", R"({"resourceSpans":[]})", R"({"resourceSpans":[{}]})",
        R"({"resourceSpans":[{"scopeSpans":[{}]}]})", " {\"other\": 1} \n"}) {
    Batch batch;
    const auto report = decode_traces_json(body, kContext, batch);
    ASSERT_TRUE(report) << body << ": " << report.error().message;
    EXPECT_EQ(report->accepted + report->rejected, 0U);
  }
}

TEST(Json, RefusesWithThePath) {
  const struct {
    std::string body, message;
  } table[] = {
      {json_span(R"("name":5)"), "resourceSpans[0].scopeSpans[0].spans[0].name: a number, want text"},
      {json_span(R"("kind":"SERVER")"),
       "resourceSpans[0].scopeSpans[0].spans[0].kind: want a number or a name like SPAN_KIND_CONSUMER"},
      {json_span(R"("flags":-1)"), "resourceSpans[0].scopeSpans[0].spans[0].flags: want a 32-bit integer from 0"},
      {json_span(R"("flags":4294967296)"),
       "resourceSpans[0].scopeSpans[0].spans[0].flags: want a 32-bit integer from 0"},
      {json_span(R"("endTimeUnixNano":"x")"),
       "resourceSpans[0].scopeSpans[0].spans[0].endTimeUnixNano: want a 64-bit integer from 0"},
      {json_span(R"("endTimeUnixNano":1.5)"),
       "resourceSpans[0].scopeSpans[0].spans[0].endTimeUnixNano: want a 64-bit integer from 0"},
      {json_span(R"("endTimeUnixNano":1e300)"),
       "resourceSpans[0].scopeSpans[0].spans[0].endTimeUnixNano: want a 64-bit integer from 0"},
      {json_span(R"("attributes":{})"), "resourceSpans[0].scopeSpans[0].spans[0].attributes: an object, want an array"},
      {json_span(R"("attributes":[1])"),
       "resourceSpans[0].scopeSpans[0].spans[0].attributes[0]: a number, want an object"},
      {json_span(R"("attributes":[{"value":{"boolValue":"true"}}])"),
       "resourceSpans[0].scopeSpans[0].spans[0].attributes[0].value.boolValue: text, want true or false"},
      {json_span(R"("attributes":[{},{"value":{"bytesValue":"!"}}])"),
       "resourceSpans[0].scopeSpans[0].spans[0].attributes[1].value.bytesValue: want base64"},
      {json_span(R"("attributes":[{"value":{"intValue":9223372036854775808}}])"),
       "resourceSpans[0].scopeSpans[0].spans[0].attributes[0].value.intValue: want a 64-bit integer"},
      {"[]", "the body: an array, want an object"},
      {"", "no body, want a JSON object"},
      {"{", "not JSON"},
      {"{\"a\":\"\xFF\"}", "JSON that is not UTF-8"},
      {std::string(10'000, '[') + std::string(10'000, ']'), "JSON nested deeper than 512"},
  };
  for (const auto& [body, message] : table) {
    Batch batch;
    const auto report = decode_traces_json(body, kContext, batch);
    ASSERT_FALSE(report) << body;
    EXPECT_EQ(report.error().code, ErrorCode::kMalformed) << body;
    EXPECT_EQ(report.error().message, message);
    EXPECT_EQ(batch.spans.rows(), 0U);
  }
}

TEST(Json, ValuesMayBeSixtyFourDeep) {
  const auto nested_json = [](int depth) {
    std::string value = R"({"intValue":1})";
    for (int i = 0; i < depth; ++i) value = R"({"kvlistValue":{"values":[{"key":"k","value":)" + value + "}]}}";
    return json_span(R"("attributes":[{"key":"k","value":)" + value + "}]");
  };
  Batch batch;
  const auto taken = decode_traces_json(nested_json(kMaxValueDepth), kContext, batch);
  EXPECT_TRUE(taken) << taken.error().message;
  EXPECT_TRUE(value_from_json(batch.spans.attributes.others.values()[0]));
  const auto refused = decode_traces_json(nested_json(kMaxValueDepth + 1), kContext, batch);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message.ends_with("values are nested too deep")) << refused.error().message;
  EXPECT_EQ(batch.spans.rows(), 1U);
}

TEST(Json, UpperCaseIdsAreTheSameIds) {
  Batch batch;
  const std::string body = R"({"resourceSpans":[{"scopeSpans":[{"spans":[
    {"traceId":"ABCDEF0123456789ABCDEF0123456789","spanId":"EEE19B7EC3C1B174"},
    {"traceId":"abcdef0123456789abcdef0123456789","spanId":"eee19b7ec3c1b174"},
    {"traceId":"q83vASNFZ4mrze8BI0VniQ==","spanId":"7uGbfsPBsXQ="}]}]}]})";
  ASSERT_TRUE(decode_traces_json(body, kContext, batch));
  const std::string ids = encoded(batch.spans.ids.trace_id);
  ASSERT_EQ(ids.size(), 48U);
  EXPECT_EQ(ids.substr(0, 16), ids.substr(16, 16));
  EXPECT_EQ(ids.substr(0, 16), ids.substr(32, 16)) << "base64 of 16 bytes";
  EXPECT_EQ(texts(batch.spans.ids.trace_id_text), (Texts{"ABCDEF0123456789ABCDEF0123456789", "", ""}));
}

TEST(Json, SecondRequestsDoNotSeeTheFirst) {
  Batch batch;
  ASSERT_FALSE(
      decode_traces_json(json_span(R"("attributes":[{"key":"k","value":{"intValue":"x"}}])"), kContext, batch));
  ASSERT_TRUE(decode_traces_json(json_span(R"("name":"second")"), kContext, batch));
  EXPECT_EQ(batch.spans.rows(), 1U);
  EXPECT_EQ(batch.spans.name[0], "second");
  EXPECT_EQ(elements(batch.spans.attributes.others), Texts());
}

}  // namespace
}  // namespace tetrascope::otlp
