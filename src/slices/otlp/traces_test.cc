// Spans from protobuf: what is kept, what is refused, what Honeycomb's rules make of them.

#include <gtest/gtest.h>

#include "base/base64.h"
#include "slices/otlp/decode.h"
#include "support/column_texts.h"
#include "support/otlp_body.h"

namespace tetrascope::otlp {
namespace {

using namespace otlp_body;
using namespace column_texts;

constexpr UnixNanos kReceived{1'790'000'000'000'000'000};
const OtlpContext kContext{{}, {}, kReceived};

std::string service(std::string_view name) { return bytes(1, pair("service.name", text(name))); }

TEST(Traces, EverythingOfASpanIsKept) {
  const std::string event =
      bytes(11, fixed64(1, 1100) + bytes(2, "cache miss") + bytes(3, pair("key", text("k1"))) + varint(4, 2));
  const std::string link = bytes(13, bytes(1, "fedcba9876543210") + bytes(2, "linkspan") + bytes(3, "a=b") +
                                         bytes(4, pair("n", integer(1))) + varint(5, 3) + fixed32(6, 0x301));
  const std::string all =
      bytes(3, "k=v") + bytes(4, "parentid") + varint(6, 2) + fixed64(7, 1000) + fixed64(8, 5000) +
      bytes(9, pair("s", text("x"))) + bytes(9, pair("i", integer(-4))) + bytes(9, pair("d", floating(2.5))) +
      bytes(9, pair("b", boolean(true))) + bytes(9, pair("a", array({text("x"), integer(1)}))) +
      bytes(9, pair("m", map({pair("in", boolean(false))}))) + bytes(9, pair("r", raw("\xFF\x01"))) +
      bytes(9, pair("none", "")) + varint(10, 7) + event + varint(12, 8) + link + varint(14, 9) +
      bytes(15, bytes(2, "boom") + varint(3, 2)) + fixed32(16, 257);
  const std::string resource = service("shop") + bytes(1, pair("host", map({pair("$", integer(1))}))) + varint(2, 5) +
                               bytes(3, bytes(1, "e") + bytes(2, "host") + bytes(3, "host.id"));
  const std::string scope = bytes(1, "lib") + bytes(2, "1.0") + bytes(3, pair("k", text("v"))) + varint(4, 6);
  const std::string groups = bytes(1, resource) +
                             bytes(2, bytes(1, scope) + bytes(2, span("GET /", all)) + bytes(3, "scope-schema")) +
                             bytes(3, "resource-schema");
  Batch batch;
  const auto report = decode_traces(bytes(1, groups), kContext, batch);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->accepted, 1U);
  EXPECT_EQ(batch.spans.misaligned(), "");
  const SpanColumns& rows = batch.spans;
  ASSERT_EQ(rows.rows(), 1U);
  EXPECT_EQ(rows.origin.dataset[0], "shop");
  EXPECT_EQ(rows.origin.environment[0], "default");
  EXPECT_EQ(rows.origin.service[0], "shop");
  EXPECT_EQ(rows.origin.received[0], kReceived.value);
  EXPECT_EQ(rows.origin.resource[0],
            R"({"attributes":{"service.name":"shop","host":{"$map":{"$":1}}},"schema_url":"resource-schema",)"
            R"("dropped_attributes":5,"entity_refs":[{"type":"host","id_keys":["host.id"],"schema_url":"e"}]})");
  EXPECT_EQ(
      rows.origin.scope[0],
      R"({"name":"lib","version":"1.0","attributes":{"k":"v"},"schema_url":"scope-schema","dropped_attributes":6})");
  EXPECT_EQ(encoded(rows.ids.trace_id), kTraceId);
  EXPECT_EQ(encoded(rows.ids.ids), std::string(kSpanId) + "parentid");
  EXPECT_EQ(rows.name[0], "GET /");
  EXPECT_EQ(rows.trace_state[0], "k=v");
  EXPECT_EQ(rows.start[0], 1000);
  EXPECT_EQ(rows.duration[0], 4000);
  EXPECT_EQ(rows.kind[0], 2);
  EXPECT_EQ(rows.status[0], 2);
  EXPECT_EQ(rows.status_message[0], "boom");
  EXPECT_EQ(rows.flags[0], 257U);
  EXPECT_EQ(rows.sample_rate[0], 1U);
  EXPECT_EQ(rows.dropped_attributes[0], 7U);
  EXPECT_EQ(rows.dropped_events[0], 8U);
  EXPECT_EQ(rows.dropped_links[0], 9U);
  EXPECT_EQ(elements(rows.attributes.others),
            (Texts{"s s=x", "i i=-4", "d d=2.5", "b b=1", R"(j a=["x",1])", R"(j m={"in":false})", "b m.in=0",
                   R"(j r={"$bytes":"/wE="})", "j none=null"}));
  EXPECT_EQ(rows.event_time.elements[0], 1100);
  EXPECT_EQ(rows.event_name.elements[0], "cache miss");
  EXPECT_EQ(texts(rows.event_attributes.elements), (Texts{R"({"key":"k1"})"}));
  EXPECT_EQ(rows.event_dropped_attributes.elements[0], 2U);
  EXPECT_EQ(encoded(rows.link_trace_id.elements), "fedcba9876543210");
  EXPECT_EQ(encoded(rows.link_span_id.elements), "linkspan");
  EXPECT_EQ(rows.link_trace_state.elements[0], "a=b");
  EXPECT_EQ(texts(rows.link_attributes.elements), (Texts{R"({"n":1})"}));
  EXPECT_EQ(rows.link_flags.elements[0], 0x301U);
  EXPECT_EQ(rows.link_dropped_attributes.elements[0], 3U);
  EXPECT_EQ(batch.occurrences.rows(), 0U);
}

TEST(Traces, FieldsOfResourcesScopesEventsAndLinksAreNotedOnce) {
  const std::string more = bytes(11, bytes(3, pair("e", text("x")))) + bytes(11, bytes(3, pair("e", text("y")))) +
                           bytes(13, bytes(4, pair("l", integer(1))));
  Batch batch;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(
        decode_traces(request(service("shop"), bytes(3, pair("s", boolean(true))), {span("a", more), span("b", more)}),
                      kContext, batch));
  }
  std::vector<std::string> seen;
  for (const auto& field : batch.fields.spans) {
    EXPECT_EQ(field.dataset, "shop");
    seen.push_back(std::to_string(static_cast<int>(field.level)) + field.key +
                   std::to_string(static_cast<int>(field.type)));
  }
  EXPECT_EQ(seen, (Texts{"2service.name0", "1s3", "3e0", "4l1"}));
}

TEST(Traces, SpansWithoutIdsAreLeftOutAndTheRestIsKept) {
  const std::string no_trace = bytes(2, kSpanId) + bytes(5, "lost");
  const std::string no_span = bytes(1, kTraceId) + bytes(2, std::string(8, '\0'));
  Batch batch;
  const auto report = decode_traces(request(service("shop"), {}, {no_trace, span("kept"), no_span}), kContext, batch);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->accepted, 1U);
  EXPECT_EQ(report->rejected, 2U);
  EXPECT_EQ(report->rejection, R"(2 of 3 left out; the first: the span "lost" of service "shop" has no trace id)");
  ASSERT_EQ(batch.spans.rows(), 1U);
  EXPECT_EQ(batch.spans.name[0], "kept");
}

TEST(Traces, IdsOfOtherLengthsKeepTheirText) {
  // Hex ids that somebody on the way took for base64, which makes 24 and 12 bytes of 32 and 16 digits.
  const std::string undone_trace = "abcdef0123456789abcdef0123456789", undone_span = "0123456789abcdef";
  const struct {
    std::string trace, span, trace_hex, trace_text, span_hex, span_text;
  } table[] = {
      {"12345678", "1234", "00000000000000003132333435363738", "3132333435363738", "0000000031323334",
       "31323334"},  // B3's
      {from_base64(undone_trace).value(), from_base64(undone_span).value(), undone_trace, "", undone_span, ""},
      {std::string(32, 'a'), std::string(9, 'b'), "", to_hex(std::string(32, 'a')), "", to_hex(std::string(9, 'b'))},
  };
  for (const auto& row : table) {
    Batch batch;
    ASSERT_TRUE(decode_traces(request({}, {}, {bytes(1, row.trace) + bytes(2, row.span)}), kContext, batch));
    ASSERT_EQ(batch.spans.rows(), 1U);
    if (!row.trace_hex.empty()) {
      EXPECT_EQ(to_hex(encoded(batch.spans.ids.trace_id)), row.trace_hex);
      EXPECT_EQ(to_hex(encoded(batch.spans.ids.ids)), row.span_hex + std::string(16, '0'));
    }
    EXPECT_EQ(texts(batch.spans.ids.trace_id_text)[0], row.trace_text);
    EXPECT_EQ(texts(batch.spans.ids.span_id_text)[0], row.span_text);
  }
}

TEST(Traces, DatasetFollowsKeyAndHeader) {
  const HoneycombKey classic = parse_honeycomb_key("0123456789abcdef0123456789abcdef");
  Batch batch;
  ASSERT_TRUE(decode_traces(request(service("shop"), {}, {span("a")}), {classic, "mine", kReceived}, batch));
  EXPECT_EQ(batch.spans.origin.dataset[0], "mine");
  EXPECT_EQ(batch.spans.origin.environment[0], kClassicEnvironment);
  const auto refused = decode_traces(request(service("shop"), {}, {span("a")}), {classic, {}, kReceived}, batch);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnauthenticated);
  EXPECT_EQ(batch.spans.rows(), 1U);
  const std::string long_name = std::string(254, 'n') + "é";
  ASSERT_TRUE(decode_traces(request(service(long_name), {}, {span("a")}), kContext, batch));
  EXPECT_EQ(batch.spans.origin.dataset[1], std::string(254, 'n'));
  EXPECT_EQ(batch.spans.origin.service[1], long_name);
}

TEST(Traces, SampleRateComesFromAttributesThenTracestate) {
  const std::string in_scope = bytes(3, pair("SampleRate", text("7")));
  const std::string by_state = bytes(3, "ot=th:8");  // T = 8/16 of all: one in two
  const struct {
    std::string resource, scope, more;
    std::uint32_t rate;
    Texts left;  ///< attributes that are stored
  } table[] = {
      {{}, {}, {}, 1, {}},
      {{}, {}, bytes(9, pair("sampleRate", integer(5))), 5, {}},
      {{},
       {},
       bytes(9, pair("SampleRate", integer(3))) + bytes(9, pair("sampleRate", integer(5))),
       5,
       {"i SampleRate=3"}},
      {{}, {}, bytes(9, pair("sampleRate", integer(0))) + by_state, 1, {}},
      {{}, in_scope, {}, 7, {}},
      {{}, in_scope, bytes(9, pair("SampleRate", integer(3))), 3, {}},
      {bytes(1, pair("sampleRate", floating(2.5))),
       in_scope,
       bytes(9, pair("SampleRate", integer(9))),
       3,
       {"i SampleRate=9"}},
      {{}, {}, by_state, 2, {}},
      {{}, {}, by_state + bytes(9, pair("samplerate", integer(5))), 2, {"i samplerate=5"}},
  };
  for (const auto& row : table) {
    Batch batch;
    ASSERT_TRUE(decode_traces(request(row.resource, row.scope, {span("a", row.more)}), kContext, batch));
    EXPECT_EQ(batch.spans.sample_rate[0], row.rate);
    EXPECT_EQ(elements(batch.spans.attributes.others), row.left);
  }
}

TEST(Traces, ExceptionsAreOccurrencesToo) {
  const std::string attributes = bytes(3, pair("exception.type", text("ValueError"))) +
                                 bytes(3, pair("exception.message", text("no"))) +
                                 bytes(3, pair("exception.stacktrace", text("at x"))) +
                                 bytes(3, pair("exception.escaped", text("True"))) + bytes(3, pair("code", integer(4)));
  const std::string exception = bytes(11, fixed64(1, 1500) + bytes(2, "exception") + attributes);
  const std::string body = request(
      service("shop") + bytes(1, pair("telemetry.sdk.language", text("python"))), {},
      {span("a", exception + exception + bytes(11, bytes(2, "other")) + bytes(9, pair("sampleRate", integer(4))))});
  Batch batch;
  ASSERT_TRUE(decode_traces(body, kContext, batch));
  ASSERT_TRUE(decode_traces(body, kContext, batch));
  const OccurrenceColumns& rows = batch.occurrences;
  ASSERT_EQ(rows.rows(), 4U);
  EXPECT_EQ(rows.misaligned(), "");
  EXPECT_EQ(rows.exception_type[0], "ValueError");
  EXPECT_EQ(texts(rows.exception_message)[0], "no");
  EXPECT_EQ(texts(rows.stacktrace)[0], "at x");
  EXPECT_EQ(rows.escaped[0], 1);
  EXPECT_EQ(rows.language[0], "python");
  EXPECT_EQ(rows.level[0], "error");
  EXPECT_EQ(rows.time[0], 1500);
  EXPECT_EQ(rows.sample_rate[0], 4U);
  EXPECT_EQ(elements(rows.attributes.others), (Texts{"i code=4", "i code=4", "i code=4", "i code=4"}));
  const std::string ids = encoded(rows.occurrence_id);
  EXPECT_NE(ids.substr(0, 16), ids.substr(16, 16)) << "two events of one span are two";
  EXPECT_EQ(ids.substr(0, 32), ids.substr(32)) << "sent again they are the same";
  EXPECT_EQ(batch.spans.event_name.elements.size(), 6U);
}

TEST(Traces, UnknownFieldsAndGroupsArePassedOver) {
  const std::string group = std::string("\xA3\x06\x08\x01\xAB\x06\xAC\x06\xA4\x06", 10);  // 100 { 1: 1, 101 {} }
  const std::string unknown = varint(99, 1) + bytes(98, "x") + fixed32(97, 1) + fixed64(96, 1) + group;
  Batch batch;
  const auto report = decode_traces(unknown + request(unknown, unknown, {span("a", unknown)}) + group, kContext, batch);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(batch.spans.rows(), 1U);
}

TEST(Traces, MalformedBodiesLeaveNothing) {
  const std::string good =
      request(service("shop"), bytes(1, "lib"), {span("a", bytes(11, bytes(2, "exception"))), span("b")});
  const std::string huge_length = "\x0A\xFF\xFF\xFF\xFF\x0F";
  std::string deep_group;
  for (int i = 0; i < 1000; ++i) deep_group += "\xA3\x06";
  const struct {
    std::string what, body;
  } table[] = {
      {"cut", good.substr(0, good.size() - 1)},
      {"text", "{\"resourceSpans\":[]}"},
      {"length of 4 GB", huge_length},
      {"name as number", request({}, {}, {span("a", varint(5, 1))})},
      {"time as varint", request({}, {}, {span("a", varint(7, 1))})},
      {"kind as text", request({}, {}, {span("a", bytes(6, "x"))})},
      {"name not UTF-8", request({}, {}, {span("\xFF")})},
      {"attribute not UTF-8", request({}, {}, {span("a", bytes(9, pair("k", text("long enough text \xC3"))))})},
      {"value too deep", request({}, {}, {span("a", bytes(9, pair("k", nested(kMaxValueDepth + 1))))})},
      {"value 10,000 deep", request({}, {}, {span("a", bytes(9, pair("k", nested(10'000))))})},
      {"resource broken", request("\x0A\x05", {}, {span("a")})},
      {"group without end", good + "\xA3\x06"},
      {"group without start", good + "\xA4\x06"},
      {"groups too deep", good + deep_group},
      {"field number 0", good + std::string("\0\0", 2)},
      {"varint of 11 bytes", good + "\xA0\x06" + std::string(10, '\xFF') + "\x01"},
  };
  for (const auto& [what, body] : table) {
    Batch batch;
    ASSERT_TRUE(decode_traces(good, kContext, batch));
    const auto report = decode_traces(good + body, kContext, batch);
    ASSERT_FALSE(report) << what;
    EXPECT_EQ(report.error().code, ErrorCode::kMalformed) << what;
    EXPECT_EQ(batch.spans.rows(), 2U) << what;
    EXPECT_EQ(batch.occurrences.rows(), 1U) << what;
    EXPECT_EQ(batch.spans.misaligned(), "") << what;
  }
}

TEST(Traces, TheErrorSaysWhere) {
  Batch batch;
  const std::string bad = span("b", varint(7, 1));
  const auto report = decode_traces(request({}, {}, {}) + request({}, {}, {span("a"), bad}), kContext, batch);
  ASSERT_FALSE(report);
  EXPECT_EQ(
      report.error().message,
      "not the protobuf it should be: a field has the wrong wire type, in or after span 1 of scope 0 of resource 1");
}

TEST(Traces, ValuesAsDeepAsAllowedAreTakenAndReadBack) {
  Batch batch;
  const std::string deepest = pair("k", nested(kMaxValueDepth));
  ASSERT_TRUE(decode_traces(request(bytes(1, deepest), {}, {span("a", bytes(9, deepest))}), kContext, batch));
  EXPECT_TRUE(value_from_json(batch.spans.origin.resource[0]));
  EXPECT_TRUE(value_from_json(batch.spans.attributes.others.values()[0]));
}

TEST(Traces, SmallPartsWithoutEndAreTooLargeNotAMemoryHog) {
  const std::string empty_event = bytes(11, "");
  std::string events;
  for (int i = 0; i < 3'000'000; ++i) events += empty_event;
  std::string leaves;
  for (int i = 0; i < 100'000; ++i) leaves += bytes(1, pair(std::to_string(i), boolean(true)));
  const std::string long_key(10'000, 'k');
  for (const auto& [what, body] :
       {std::pair("events", request({}, {}, {span("a", events)})),
        std::pair("leaves of a long key", request({}, {}, {span("a", bytes(9, pair(long_key, bytes(6, leaves))))}))}) {
    Batch batch;
    const auto report = decode_traces(body, kContext, batch);
    ASSERT_FALSE(report) << what;
    EXPECT_EQ(report.error().code, ErrorCode::kTooLarge) << what;
    EXPECT_EQ(batch.spans.rows(), 0U);
    EXPECT_LT(batch.spans.memory(), 10'000'000U) << what;
  }
}

TEST(Traces, AnEmptyRequestIsFine) {
  Batch batch;
  const auto report = decode_traces({}, kContext, batch);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->accepted, 0U);
  EXPECT_EQ(report->rejection, "");
}

}  // namespace
}  // namespace tetrascope::otlp
