#include "query/difference.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace tetrascope::plan {
namespace {

using testing::ElementsAre;

const FieldDifference& of(const std::vector<FieldDifference>& ranked, std::string_view key) {
  return *std::ranges::find(ranked, key, &FieldDifference::key);
}

/// Adds `rows` rows of which each has what `fields` adds.
template <class Fields>
void add_rows(DifferenceTally& tally, Side side, int rows, Fields fields) {
  for (int i = 0; i < rows; ++i) {
    tally.begin_row(side);
    fields(i);
  }
}

TEST(ChanceDistance, IsTheMeanOfAllWaysToFall) {
  struct Case {
    std::size_t count;
    Sides rows;
    double want;
  };
  // By hand: each row of the value falls on the selection with n/(n+m), and the mean is over all outcomes.
  for (const Case& c : {Case{0, {4, 4}, 0}, Case{1, {1, 1}, 0.5},  // always 1 against 0, halved
                        Case{1, {5000, 20000}, 0.00004},           // 2/(n+m), halved
                        Case{2, {2, 2}, 0.25},                     // 1, 0, 0 or 1 of each side's, halved
                        Case{3, {1, 3}, 0.421'875}}) {
    EXPECT_NEAR(chance_distance(c.count, c.rows), c.want, 1e-9) << c.count;
  }
}

TEST(DifferenceTally, TheCauseComesFirstAndIdsLast) {
  DifferenceTally tally;
  const auto row = [&](bool slow) {
    return [&tally, slow](int i) {
      tally.add(FieldPlace::kAttribute, "cache", slow ? Value("miss") : Value(i % 20 == 0 ? "miss" : "hit"));
      tally.add(FieldPlace::kAttribute, "region", fmt::format("r{}", i % 3));
      tally.add(FieldPlace::kAttribute, "request.id", fmt::format("{}-{}", slow, i));
      if (slow || i % 2 == 0) tally.add(FieldPlace::kResource, "host.name", "a");
    };
  };
  add_rows(tally, Side::kSelection, 300, row(true));
  add_rows(tally, Side::kRest, 3000, row(false));
  const auto ranked = tally.ranked();
  ASSERT_EQ(ranked.size(), 4);
  EXPECT_EQ(ranked[0].key, "cache");
  EXPECT_NEAR(ranked[0].score, 0.92, 0.01);  // 0.95 without what chance makes of it
  EXPECT_EQ(ranked[0].values[0].value, Value("hit"));
  EXPECT_THAT(ranked[0].values[0].rows, ElementsAre(0, 2850));
  EXPECT_EQ(ranked[1].key, "host.name");
  EXPECT_NEAR(ranked[1].score, 0.5, 0.05);
  EXPECT_THAT(ranked[1].missing, ElementsAre(0, 1500));
  EXPECT_EQ(of(ranked, "region").score, 0);
  EXPECT_EQ(of(ranked, "request.id").score, 0);
  EXPECT_EQ(of(ranked, "request.id").distinct, 3300);
  EXPECT_TRUE(of(ranked, "request.id").values.empty());
}

TEST(DifferenceTally, ManyNumbersAreToldOfInRanges) {
  DifferenceTally tally;
  add_rows(tally, Side::kSelection, 100,
           [&](int i) { tally.add(FieldPlace::kAttribute, "size", std::int64_t{900 + i}); });
  add_rows(tally, Side::kRest, 900, [&](int i) { tally.add(FieldPlace::kAttribute, "size", std::int64_t{i}); });
  const auto ranked = tally.ranked();
  ASSERT_EQ(ranked.size(), 1);
  EXPECT_NEAR(ranked[0].score, 0.87, 0.01);  // 1 without what chance makes of it
  ASSERT_EQ(ranked[0].values.size(), kDifferenceBins);
  EXPECT_EQ(ranked[0].values[0].value, Value(std::int64_t{900}));
  EXPECT_EQ(ranked[0].values[0].to, Value(std::int64_t{999}));
  EXPECT_THAT(ranked[0].values[0].rows, ElementsAre(100, 0));
  std::size_t rest = 0;
  for (const ValueDifference& one : ranked[0].values) rest += one.rows[1];
  EXPECT_EQ(rest, 900);
}

TEST(DifferenceTally, AOneAndTheTextOneAreTwoValuesAndAListIsOne) {
  DifferenceTally tally;
  const Value list = Array{Value(std::int64_t{1}), Value("x")};
  add_rows(tally, Side::kSelection, 5, [&](int) {
    tally.add(FieldPlace::kAttribute, "n", std::int64_t{1});
    tally.add(FieldPlace::kAttribute, "n", std::int64_t{2});  // of the same row
    tally.add(FieldPlace::kAttribute, "list", list);
    tally.add(FieldPlace::kAttribute, "map", Object{{"a", Value(true)}});
    tally.add(FieldPlace::kAttribute, "none", Value());
  });
  add_rows(tally, Side::kRest, 5, [&](int) { tally.add(FieldPlace::kAttribute, "n", "1"); });
  const auto ranked = tally.ranked();
  ASSERT_EQ(ranked.size(), 2);
  EXPECT_EQ(of(ranked, "n").distinct, 2);
  EXPECT_EQ(of(ranked, "list").values[0].value, Value(R"([1,"x"])"));
}

TEST(DifferenceTally, AValueOfOneTraceIsNoneOfTheSelections) {
  // Ten spans of each of ten traces are selected, and each trace has a session of its own.
  const auto session_score = [](int traces, bool shared) {
    DifferenceTally tally;
    for (int i = 0; i < 100; ++i) {
      const std::string trace = std::to_string(i % traces);
      tally.begin_row(Side::kSelection, trace);
      tally.add(FieldPlace::kAttribute, "session", shared ? "one" : "s" + trace);
    }
    add_rows(tally, Side::kRest, 1000,
             [&](int i) { tally.add(FieldPlace::kAttribute, "session", "r" + std::to_string(i)); });
    return tally.ranked().front().score;
  };
  EXPECT_EQ(session_score(10, false), 0);
  EXPECT_GT(session_score(10, true), 0.9);
  EXPECT_GT(session_score(1, false), 0.9);  // all that is selected
}

TEST(DifferenceTally, HasBounds) {
  DifferenceTally tally;
  const std::string long_text = std::string(kMaxDifferenceText - 1, 'a') + "č";
  add_rows(tally, Side::kSelection, 3, [&](int i) {
    tally.add(FieldPlace::kAttribute, "long", long_text + std::to_string(i));
    for (std::size_t k = 0; k < kMaxDifferenceKeys + 4; ++k) tally.add(FieldPlace::kColumn, std::to_string(k), true);
  });
  EXPECT_TRUE(tally.ranked().empty());  // nothing to compare with
  tally.begin_row(Side::kRest);
  const auto ranked = tally.ranked();
  EXPECT_EQ(ranked.size(), kMaxDifferenceKeys);
  EXPECT_EQ(tally.keys_left_out(), 5);
  const FieldDifference& cut = of(ranked, "long");
  EXPECT_EQ(cut.distinct, 1);
  EXPECT_EQ(cut.values[0].value, Value(std::string(kMaxDifferenceText - 1, 'a')));
}

}  // namespace
}  // namespace tetrascope::plan
