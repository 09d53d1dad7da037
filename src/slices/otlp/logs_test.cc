// Log records: bodies of every type, times, exceptions. And sample rates as such.

#include <gtest/gtest.h>

#include <limits>

#include "slices/otlp/decode.h"
#include "slices/otlp/sample_rate.h"
#include "support/column_texts.h"
#include "support/otlp_body.h"

namespace tetrascope::otlp {
namespace {

using namespace otlp_body;
using namespace column_texts;

constexpr UnixNanos kReceived{1'790'000'000'000'000'000};
const OtlpContext kContext{{}, {}, kReceived};

TEST(Logs, BodiesOfEveryTypeAreKept) {
  const struct {
    std::string any, body, type;
  } table[] = {
      {text("line"), "line", "string"},
      {text(""), "", "string"},
      {integer(-5), "-5", "int"},
      {floating(2), "2.0", "double"},
      {floating(std::numeric_limits<double>::quiet_NaN()), R"({"$double":"NaN"})", "double"},
      {boolean(true), "true", "bool"},
      {array({text("a"), integer(1)}), R"(["a",1])", "json"},
      {map({pair("k", text("v"))}), R"({"k":"v"})", "json"},
      {raw("\xFF"), R"({"$bytes":"/w=="})", "json"},
      {"", "", ""},
  };
  for (const auto& row : table) {
    Batch batch;
    ASSERT_TRUE(decode_logs(request({}, {}, {bytes(5, row.any)}), kContext, batch));
    ASSERT_EQ(batch.logs.rows(), 1U);
    EXPECT_EQ(batch.logs.misaligned(), "");
    EXPECT_EQ(texts(batch.logs.body)[0], row.body);
    EXPECT_EQ(batch.logs.body_type[0], row.type);
  }
}

TEST(Logs, TimeIsTheEventsElseTheObserversElseArrival) {
  const struct {
    std::string record;
    std::int64_t time, sent, observed;
  } table[] = {
      {fixed64(1, 5) + fixed64(11, 6), 5, 5, 6},
      {fixed64(11, 6), 6, 0, 6},
      {"", kReceived.value, 0, 0},
      // The last instant that a half-open range can still hold.
      {fixed64(1, std::numeric_limits<std::uint64_t>::max()), std::numeric_limits<std::int64_t>::max() - 1,
       std::numeric_limits<std::int64_t>::max() - 1, 0},
  };
  for (const auto& row : table) {
    Batch batch;
    ASSERT_TRUE(decode_logs(request({}, {}, {row.record}), kContext, batch));
    EXPECT_EQ(batch.logs.time[0], row.time);
    EXPECT_EQ(batch.logs.time[0] + batch.logs.sent_after[0], row.sent);
    EXPECT_EQ(batch.logs.time[0] + batch.logs.observed_after[0], row.observed);
  }
}

TEST(Logs, ExceptionsInThemAreOccurrences) {
  const std::string exception = bytes(6, pair("exception.type", text("E"))) + bytes(6, pair("user", text("u"))) +
                                bytes(6, pair("sampleRate", integer(2)));
  const struct {
    std::string record;
    std::size_t occurrences;
    std::string level;
  } table[] = {
      {exception, 1, "error"},
      {exception + varint(2, 17), 1, "error"},
      {exception + varint(2, 13), 1, "warning"},
      {exception + varint(2, 9), 1, "info"},
      {exception + varint(2, 5), 1, "debug"},
      {exception + varint(2, 24), 1, "critical"},
      {exception + varint(2, 99), 1, "error"},
      {bytes(6, pair("exception.escaped", boolean(true))), 0, ""},
      {bytes(6, pair("exception", text("E"))), 0, ""},
  };
  for (const auto& row : table) {
    Batch batch;
    ASSERT_TRUE(decode_logs(request({}, {}, {row.record}), kContext, batch));
    ASSERT_EQ(batch.occurrences.rows(), row.occurrences);
    EXPECT_EQ(batch.logs.rows(), 1U);
    if (row.occurrences == 0) continue;
    EXPECT_EQ(batch.occurrences.misaligned(), "");
    EXPECT_EQ(batch.occurrences.level[0], row.level);
    EXPECT_EQ(batch.occurrences.exception_type[0], "E");
    EXPECT_EQ(batch.occurrences.sample_rate[0], 2U);
    EXPECT_EQ(batch.occurrences.time[0], kReceived.value);
    EXPECT_EQ(elements(batch.occurrences.attributes.others), (Texts{"s user=u"}));
    EXPECT_EQ(elements(batch.logs.attributes.others), (Texts{"s exception.type=E", "s user=u"}));
  }
}

TEST(SampleRate, OfAttributes) {
  constexpr std::uint32_t kMost = std::numeric_limits<std::int32_t>::max();
  const struct {
    AnyView value;
    std::uint32_t rate;
  } table[] = {
      {std::int64_t{10}, 10},
      {std::int64_t{0}, 1},
      {std::int64_t{-5}, 1},
      {std::int64_t{1} << 40, kMost},
      {2.4, 2},
      {2.5, 3},
      {0.2, 1},
      {1e300, kMost},
      {std::numeric_limits<double>::quiet_NaN(), 1},
      {std::string_view("12"), 12},
      {std::string_view(" 12 "), 12},
      {std::string_view("2.5"), 3},
      {std::string_view("12x"), 1},
      {std::string_view(""), 1},
      {true, 1},
      {std::monostate(), 1},
  };
  for (const auto& [value, rate] : table) EXPECT_EQ(rate_of(value), rate);
}

TEST(SampleRate, OfTracestate) {
  const struct {
    std::string_view state;
    std::optional<std::uint32_t> rate;
  } table[] = {
      {"", std::nullopt},
      {"vendor=x", std::nullopt},
      {"ot=th:0", 1},
      {"ot=th:8", 2},
      {"ot=th:c", 4},
      {"ot=th:e", 8},
      {"ot=rv:1;th:c", 4},
      {"a=b, ot=th:8 ,c=d", 2},
      {"ot=p:8", std::nullopt},
      {"ot=th:zz", std::nullopt},
      {"ot=th:", std::nullopt},
      {"ot=th:123456789012345", std::nullopt},
      {"w3c=true;th=8", 2},
      {"th=c", 4},
      {"th=c,other=v", std::nullopt},
      {"ot=th:ffffffffffffff", std::numeric_limits<std::int32_t>::max()},
      {"ot=th:fd70a3d70a3d71", 100},
  };
  for (const auto& [state, rate] : table) {
    EXPECT_EQ(tracestate_rate(state, std::uint64_t{1} << 63), rate) << state;
  }
  // One in 1.6: 2^56 / (2^56 - 6/16 of it).
  EXPECT_EQ(tracestate_rate("ot=th:6", 0), 2U);
  EXPECT_EQ(tracestate_rate("ot=th:6", ~std::uint64_t{0}), 1U);
  int twos = 0;
  for (std::uint64_t i = 0; i < 1000; ++i)
    twos += tracestate_rate("ot=th:6", i * 18'446'744'073'709'551U) == 2U ? 1 : 0;
  EXPECT_NEAR(twos, 600, 5);
}

}  // namespace
}  // namespace tetrascope::otlp
