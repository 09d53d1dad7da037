#include "slices/honeycomb/event_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tetrascope::honeycomb {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Batch rows_of(std::string_view json, std::optional<UnixNanos> time = UnixNanos{7}) {
  auto event = decode_event(json, BodyFormat::kJson);
  EXPECT_TRUE(event) << json;
  event->time = time;
  event->sample_rate = 3;
  Batch batch;
  append_event(*event, {"default", "shop", UnixNanos{99}}, batch);
  Batch::each(batch, [](std::string_view name, const auto& table) { EXPECT_EQ(table.misaligned(), "") << name; });
  return batch;
}

/// Keys that were stored as attributes.
std::vector<std::string> attributes_of(const AttributeColumns& attributes) {
  FieldSightings seen;
  attributes.collect(seen);
  std::vector<std::string> keys;
  for (const auto& sighting : seen) {
    if (!sighting.key.empty()) keys.push_back(sighting.key);
  }
  return keys;
}

constexpr std::string_view kSpan =
    R"({"trace.trace_id":"5759e988bd862e3fe1be46a994272793","trace.span_id":"53995c3f42cd8ad8",
  "trace.parent_id":"00f067aa0ba902b7","name":"GET /","duration_ms":12.5,"service.name":"shop","span.kind":"server"})";

TEST(EventRows, ASpanKeepsNothingTwice) {
  const Batch batch = rows_of(kSpan);
  ASSERT_EQ(batch.spans.rows(), 1U);
  EXPECT_EQ(batch.logs.rows(), 0U);
  EXPECT_THAT(attributes_of(batch.spans.attributes), IsEmpty());
  EXPECT_EQ(batch.spans.duration[0], 12'500'000);
  EXPECT_EQ(batch.spans.start[0], 7);
  EXPECT_EQ(batch.spans.name[0], "GET /");
  EXPECT_EQ(batch.spans.kind[0], 2);
  EXPECT_EQ(batch.spans.sample_rate[0], 3U);
  EXPECT_EQ(batch.spans.origin.service[0], "shop");
  EXPECT_EQ(batch.spans.origin.protocol[0], "honeycomb");
}

TEST(EventRows, WithoutATimeItIsWhenItArrived) { EXPECT_EQ(rows_of(kSpan, std::nullopt).spans.start[0], 99); }

struct RowCase {
  std::string_view event;
  bool span;
  std::vector<std::string> attributes;
};

TEST(EventRows, WhatColumnsDoNotGiveBackStays) {
  const RowCase cases[] = {
      // An older beeline's names: the columns hold the values, the attributes the names.
      {R"({"traceId":"a","id":"b","durationMs":1,"serviceName":"s"})",
       true,
       {"durationMs", "id", "serviceName", "traceId"}},
      // Nanoseconds do not give back a duration this small.
      {R"({"trace.trace_id":"a","trace.span_id":"b","duration_ms":0.0000001})", true, {"duration_ms"}},
      {R"({"trace.trace_id":"a","trace.span_id":"b","duration_ms":-1})", false, {"duration_ms", "trace.span_id"}},
      {R"({"trace.trace_id":"a","trace.span_id":"b","duration_ms":"1"})", false, {"duration_ms", "trace.span_id"}},
      // Read back it would be 16 digits.
      {R"({"trace.trace_id":"0000000000000000bd862e3fe1be46a9","trace.span_id":"b","duration_ms":1})",
       true,
       {"trace.trace_id"}},
      {R"({"trace.trace_id":"a","trace.span_id":"b","duration_ms":1,"name":"","span.kind":"entry"})",
       true,
       {"name", "span.kind"}},
      {R"({"trace.trace_id":"a","trace.span_id":"0000000000000000","duration_ms":1})", true, {"trace.span_id"}},
      // An annotation is no span, whatever it has.
      {R"({"trace.trace_id":"a","trace.span_id":"b","duration_ms":1,"meta.annotation_type":"span_event"})",
       false,
       {"duration_ms", "meta.annotation_type", "trace.span_id"}},
      {R"({"body":"hello","severity":"warn","severity_text":"WARN","event.name":"e"})", false, {}},
      {R"({"body":{"a":1},"severity":"loud"})", false, {"body", "severity"}},
      {R"({"service.name":7,"list":[1,2],"map":{"a.b":1}})", false, {"list", "map", "service.name"}},
  };
  for (const auto& [event, span, attributes] : cases) {
    const Batch batch = rows_of(event);
    EXPECT_EQ(batch.spans.rows(), span ? 1U : 0U) << event;
    EXPECT_EQ(batch.logs.rows(), span ? 0U : 1U) << event;
    EXPECT_THAT(attributes_of(span ? batch.spans.attributes : batch.logs.attributes),
                testing::UnorderedElementsAreArray(attributes))
        << event;
  }
}

TEST(EventRows, ALogBelongsToItsParentSpan) {
  const Batch batch = rows_of(
      R"({"trace.trace_id":"5759e988bd862e3fe1be46a994272793","trace.parent_id":"53995c3f42cd8ad8","body":"x"})");
  EXPECT_THAT(attributes_of(batch.logs.attributes), IsEmpty());
  EXPECT_EQ(batch.logs.body_type[0], "string");
  EXPECT_EQ(batch.logs.severity_number[0], 0);
}

}  // namespace
}  // namespace tetrascope::honeycomb
