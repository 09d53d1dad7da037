#include "slices/page/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace tetrascope::ui {
namespace {

Request asking(const std::string& query) {
  Request request;
  EXPECT_TRUE(parse_target("/api/v1/traces?" + query, request).has_value());
  return request;
}

constexpr UnixNanos kNow{1'795'356'350'834'567'891};

TEST(Parameters, Ranges) {
  struct Case {
    const char* query;
    std::int64_t from, to;
  };
  for (const Case& c : {Case{"", kNow.value - 3600 * kNanosPerSecond, kNow.value},
                        {"last=90s", kNow.value - 90 * kNanosPerSecond, kNow.value},
                        {"last=15m", kNow.value - 900 * kNanosPerSecond, kNow.value},
                        {"last=7d", kNow.value - 7 * 86'400 * kNanosPerSecond, kNow.value},
                        {"from=-5&to=7", -5, 7}}) {
    const auto range = read_range(asking(c.query), kNow);
    ASSERT_TRUE(range.has_value()) << c.query;
    EXPECT_EQ(range->from.value, c.from) << c.query;
    EXPECT_EQ(range->to.value, c.to) << c.query;
  }
  EXPECT_EQ(read_range(asking("last=1m"), kNow, std::chrono::minutes(10))->to.value,
            kNow.value + 600 * kNanosPerSecond);
}

TEST(Parameters, RangesThatMakeNoSense) {
  for (const char* query : {"last=", "last=m", "last=15", "last=-1m", "last=1w", "last=1.5h", "last=3651d", "from=1",
                            "to=1", "from=2&to=2", "from=2&to=1", "from=1&to=1e9", "last=1m&to=5"}) {
    const auto range = read_range(asking(query), kNow);
    ASSERT_FALSE(range.has_value()) << query;
    EXPECT_EQ(range.error().code, ErrorCode::kInvalid) << query;
  }
}

TEST(Parameters, CursorsComeBackAsTheyWere) {
  for (const Cursor& cursor :
       {Cursor{{0}, ""}, Cursor{{-1}, "00ff"}, Cursor{{std::numeric_limits<std::int64_t>::max()}, "3"}}) {
    const auto read = read_cursor(asking("cursor=" + write_cursor(question_mark(asking("")), cursor)));
    ASSERT_TRUE(read.has_value() && read->has_value());
    EXPECT_EQ(**read, cursor);
  }
  const auto none = read_cursor(asking(""));
  EXPECT_TRUE(none.has_value() && !none->has_value());
  const std::string mark = question_mark(asking(""));
  for (const std::string& text :
       std::vector<std::string>{"", "5", mark, mark + ".x.1", mark + ".99999999999999999999.1", mark + ".1", "1.1",
                                mark + ".1." + std::string(65, 'a')}) {
    EXPECT_FALSE(read_cursor(asking("cursor=" + text)).has_value()) << text;
  }
}

TEST(Parameters, ACursorBelongsToItsQuestion) {
  const std::string cursor = "&cursor=" + write_cursor(question_mark(asking("service=a&last=1h")), {{5}, "1"});
  EXPECT_TRUE(read_cursor(asking("last=1h&service=a" + cursor)).has_value()) << "in another order";
  EXPECT_TRUE(read_cursor(asking("last=1h&service=a&limit=7" + cursor)).has_value()) << "with longer pages";
  for (const char* other :
       {"last=1h", "service=b&last=1h", "service=a&last=2h", "service=a&last=1h&text=x", "service=a%26last%3D1h"}) {
    const auto read = read_cursor(asking(other + cursor));
    ASSERT_FALSE(read.has_value()) << other;
    EXPECT_EQ(read.error().code, ErrorCode::kInvalid);
    EXPECT_NE(read.error().message.find("another"), std::string::npos) << read.error().message;
  }
  Request elsewhere = asking("service=a&last=1h" + cursor);
  elsewhere.path = "/api/v1/logs";
  EXPECT_FALSE(read_cursor(elsewhere).has_value()) << "of another list";
}

TEST(Parameters, AttributesAreSplitAtTheirFirstEqualsSign) {
  const auto attributes = read_attributes(asking("attribute=k%3Dv&attribute=a%3Db%3Dc&attribute=empty%3D"));
  ASSERT_TRUE(attributes.has_value());
  EXPECT_THAT(*attributes,
              testing::ElementsAre(testing::Pair("k", "v"), testing::Pair("a", "b=c"), testing::Pair("empty", "")));
  std::string many;
  for (std::size_t i = 0; i <= kMaxAttributes; ++i) many += "attribute=k%3Dv&";
  EXPECT_FALSE(read_attributes(asking(many)).has_value());
}

TEST(Parameters, NamesAreKnownAndComeOnce) {
  EXPECT_TRUE(check_names(asking("attribute=a%3D1&attribute=b%3D1&last=1h"), {"last", "attribute"}).has_value());
  EXPECT_FALSE(check_names(asking("last=1h&last=2h"), {"last"}).has_value());
  EXPECT_FALSE(check_names(asking("lats=1h"), {"last"}).has_value());
  EXPECT_FALSE(check_names(asking("last=" + std::string(kMaxText + 1, '1')), {"last"}).has_value());
}

}  // namespace
}  // namespace tetrascope::ui
