#include "slices/honeycomb/event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "slices/honeycomb/decode.h"

namespace tetrascope::honeycomb {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr std::int64_t kAugust = 1'785'578'400'000'000'000;  // 2026-08-01T10:00:00Z

struct TimeCase {
  std::string_view text;
  std::int64_t nanos;
};

TEST(EventTime, TakesEveryForm) {
  const TimeCase cases[] = {
      {"2026-08-01T10:00:00Z", kAugust},
      {"2026-08-01T10:00:00.123456Z", kAugust + 123'456'000},
      {"2026-08-01T10:00:00.1234567891Z", kAugust + 123'456'789},
      {"2026-08-01T12:00:00+02:00", kAugust},
      {"2026-08-01T02:30:00-0730", kAugust},
      {"2026-08-01 10:00:00", kAugust},
      {"2026-08-01t10:00:00z", kAugust},
      {"1785578400", kAugust},
      {"1785578400.5", kAugust + 500'000'000},
      {"1785578400123", kAugust + 123'000'000},
      {"1785578400123456", kAugust + 123'456'000},
      {"1785578400123456789", kAugust + 123'456'789},
      {"-1.5", -1'500'000'000},
      {"0", 0},
  };
  for (const auto& [text, nanos] : cases) {
    const auto time = parse_event_time(text);
    ASSERT_TRUE(time && *time) << text;
    EXPECT_EQ((*time)->value, nanos) << text;
  }
}

TEST(EventTime, NotSentIsNoError) {
  for (const std::string_view text : {"", "0001-01-01T00:00:00Z"}) {
    const auto time = parse_event_time(text);
    ASSERT_TRUE(time) << text;
    EXPECT_FALSE(*time) << text;
  }
}

TEST(EventTime, RefusesOtherText) {
  for (const std::string_view text :
       {"yesterday", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-08-01", "2026-08-01T10:00Z",
        "2026-08-01T25:00:00Z", "2026-08-01T10:00:00.Z", "2026-08-01T10:00:00+2", "12x", "9999-01-01T00:00:00Z", "1.",
        "2026-08-01T10:00:00Zjunk"}) {
    EXPECT_FALSE(parse_event_time(text)) << text;
  }
}

TEST(EventTime, NumbersInJson) {
  EXPECT_EQ((*event_time(Value(std::int64_t{1'785'578'400})))->value, kAugust);
  EXPECT_EQ((*event_time(Value(1785578400.123)))->value, kAugust + 123'000'000);
  EXPECT_FALSE(event_time(Value(true)));
  EXPECT_FALSE(event_time(Value(1e300)));
}

TEST(EventTime, WritesWhatItReads) {
  EXPECT_EQ(format_time({kAugust}), "2026-08-01T10:00:00Z");
  EXPECT_EQ(format_time({kAugust + 120'000'000}), "2026-08-01T10:00:00.12Z");
  EXPECT_EQ(format_time({-1}), "1969-12-31T23:59:59.999999999Z");
}

TEST(EventTime, MsgpackTimestamps) {
  EXPECT_EQ(msgpack_time(std::string_view("\x00\x00\x00\x01", 4))->value, 1'000'000'000);
  EXPECT_EQ(msgpack_time(std::string_view("\x00\x00\x00\x14\x00\x00\x00\x01", 8))->value, 1'000'000'005);
  EXPECT_EQ(msgpack_time(std::string_view("\x00\x00\x00\x07\xff\xff\xff\xff\xff\xff\xff\xff", 12))->value,
            -999'999'993);
  EXPECT_FALSE(msgpack_time("abc"));
  EXPECT_FALSE(msgpack_time(std::string_view("\xff\xff\xff\xfc\x00\x00\x00\x01", 8)));  // 2^30 - 1 nanoseconds
}

TEST(SampleRate, IsLooselyTyped) {
  EXPECT_EQ(sample_rate(Value(std::int64_t{4})), 4U);
  EXPECT_EQ(sample_rate(Value(2.5)), 3U);
  EXPECT_EQ(sample_rate(Value(std::string("16"))), 16U);
  EXPECT_EQ(sample_rate(Value(1e30)), 2147483647U);
  for (const Value& value : {Value(std::int64_t{0}), Value(std::int64_t{-3}), Value(std::string("many")), Value(),
                             Value(true), Value(0.4)}) {
    EXPECT_EQ(sample_rate(value), 1U) << to_json(value);
  }
}

TEST(Batch, HasAStatusForEachEvent) {
  const auto events = decode_batch(
      R"([{"time":"2026-08-01T10:00:00Z","samplerate":4,"data":{"a":1}},{"data":{}},{"samplerate":1},7,
          {"data":"x"},{"data":{"a":1},"time":"soon"},{"data":{"a":null,"b":"c"}}])",
      BodyFormat::kJson);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 7U);
  EXPECT_EQ((*events)[0].refused, "");
  EXPECT_EQ((*events)[0].event.time->value, kAugust);
  EXPECT_EQ((*events)[0].event.sample_rate, 4U);
  EXPECT_EQ((*events)[1].refused, "Request body should not be empty.");
  EXPECT_EQ((*events)[2].refused, "Request body should not be empty.");
  EXPECT_EQ((*events)[3].refused, "Request body is malformed and cannot be read.");
  EXPECT_EQ((*events)[4].refused, "Request body is malformed and cannot be read.");
  EXPECT_EQ((*events)[5].refused, "Request body is malformed and cannot be read.");
  EXPECT_EQ((*events)[6].refused, "");
  EXPECT_THAT((*events)[6].event.data, ElementsAre(Pair("b", Value(std::string("c")))));
}

TEST(Batch, IntegersBeyond64BitsAreDoubles) {
  const auto items =
      items_from_json(R"([{"data":{"a":1}},{"data":{"n":18446744073709551616,"m":-9223372036854775809}}])");
  ASSERT_TRUE(items);
  ASSERT_EQ(items->size(), 2U);
  ASSERT_TRUE(items->at(1));
  EXPECT_EQ(to_json(*items->at(1)), R"({"data":{"n":1.8446744073709552e+19,"m":-9.223372036854776e+18}})");
  EXPECT_FALSE(items_from_json(R"([{"data":{"a":01}}])"));
}

TEST(Batch, RefusesWhatIsNoArray) {
  for (const std::string_view body : {"", "{}", "[", "null", "[{\"data\":}]", "\xff\xfe"}) {
    EXPECT_FALSE(decode_batch(body, BodyFormat::kJson)) << body;
    EXPECT_FALSE(decode_batch(body, BodyFormat::kMsgpack)) << body;
  }
}

TEST(Batch, NestingIsBounded) {
  const auto nested = [](int depth) {
    return R"([{"data":{"a":)" + std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']') + "}}]";
  };
  EXPECT_EQ(decode_batch(nested(10), BodyFormat::kJson)->front().refused, "");
  EXPECT_EQ(decode_batch(nested(100), BodyFormat::kJson)->front().refused, kMalformedEvent);
  EXPECT_FALSE(decode_batch(nested(10'000), BodyFormat::kJson));
  EXPECT_FALSE(decode_batch(std::string(100'000, '\x91'), BodyFormat::kMsgpack));
}

TEST(Event, LimitsOfTheVendor) {
  const auto fields = [](int count) {
    std::string body = "{";
    for (int i = 0; i < count; ++i) body += (i == 0 ? "\"f" : ",\"f") + std::to_string(i) + "\":1";
    return body + "}";
  };
  EXPECT_TRUE(decode_event(fields(2'000), BodyFormat::kJson));
  EXPECT_EQ(decode_event(fields(2'001), BodyFormat::kJson).error().message, "Event has too many columns.");
  EXPECT_EQ(decode_event("", BodyFormat::kJson).error().message, "Request body should not be empty.");
  EXPECT_EQ(decode_event("{}", BodyFormat::kJson).error().message, "Request body should not be empty.");
  EXPECT_EQ(decode_event("[]", BodyFormat::kJson).error().message, "Request body is malformed and cannot be read.");
  const std::string large = R"({"a":")" + std::string(kMaxEventBody, 'x') + "\"}";
  EXPECT_EQ(decode_event(large, BodyFormat::kJson).error().message, "Request body is too large.");
}

TEST(Event, LongTextIsCutBetweenCharacters) {
  std::string text(kMaxTextBytes - 1, 'x');
  text += "\xC3\xA9 and more";
  const auto event = decode_event(R"({"a":")" + text + "\"}", BodyFormat::kJson);
  ASSERT_TRUE(event);
  EXPECT_EQ(*event->data[0].second.as<std::string>(), std::string(kMaxTextBytes - 1, 'x'));
}

TEST(Event, OfARepeatedKeyTheLastCounts) {
  const auto event = decode_event(R"({"a":1,"b":2,"a":3})", BodyFormat::kJson);
  ASSERT_TRUE(event);
  EXPECT_THAT(event->data, ElementsAre(Pair("b", Value(std::int64_t{2})), Pair("a", Value(std::int64_t{3}))));
}

TEST(Msgpack, EveryTypeArrives) {
  // [{"time": timestamp 32, "samplerate": uint8 2, "data": {"i": -1, "u": 2^64-1, "f": 1.5, "t": true, "n": nil, "b":
  // bin}}]
  static constexpr char kBody[] =
      "\x91\x83\xA4time\xD6\xFF\x00\x00\x00\x05\xAAsamplerate\xCC\x02\xA4"
      "data\x86\xA1i\xFF\xA1u\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
      "\xA1"
      "f\xCB\x3F\xF8\x00\x00\x00\x00\x00\x00\xA1t\xC3\xA1n\xC0\xA1"
      "b\xC4\x02\x01\x02";
  const std::string_view body(kBody, sizeof kBody - 1);
  const auto events = decode_batch(body, BodyFormat::kMsgpack);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 1U);
  const Event& event = (*events)[0].event;
  EXPECT_EQ(event.time->value, 5'000'000'000);
  EXPECT_EQ(event.sample_rate, 2U);
  EXPECT_THAT(event.data, ElementsAre(Pair("i", Value(std::int64_t{-1})), Pair("u", Value(18446744073709551616.0)),
                                      Pair("f", Value(1.5)), Pair("t", Value(true)),
                                      Pair("b", Value(Bytes{std::string("\x01\x02")}))));
}

TEST(Msgpack, CountsAreNotBelieved) {
  EXPECT_FALSE(decode_batch(std::string("\xDD\xFF\xFF\xFF\xFF", 5), BodyFormat::kMsgpack));
  EXPECT_FALSE(decode_batch(std::string("\x91\xDF\xFF\xFF\xFF\xFF", 6), BodyFormat::kMsgpack));
  EXPECT_FALSE(decode_batch(std::string("\x91\xC6\xFF\xFF\xFF\xFF", 6), BodyFormat::kMsgpack));
}

TEST(BodyFormats, OnlyMsgpackHasToBeDeclared) {
  EXPECT_EQ(body_format("application/msgpack"), BodyFormat::kMsgpack);
  EXPECT_EQ(body_format("application/x-msgpack"), BodyFormat::kMsgpack);
  EXPECT_EQ(body_format("application/x-www-form-urlencoded"), BodyFormat::kJson);
  EXPECT_EQ(body_format(""), BodyFormat::kJson);
}

}  // namespace
}  // namespace tetrascope::honeycomb
