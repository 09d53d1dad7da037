#include "query/sample_places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tetrascope::plan {
namespace {

std::vector<TimeStep> steps_of(std::size_t count, std::uint64_t stored, std::uint64_t wanted) {
  std::vector<TimeStep> steps;
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::int64_t>(i) * kNanosPerSecond;
    steps.push_back({{{at}, {at + kNanosPerSecond}}, stored, wanted});
  }
  return steps;
}

struct Sampled {
  double rows = 0;           ///< that the sample is expected to have
  std::uint64_t stored = 0;  ///< in its stretches
};
Sampled sampled(const std::vector<TimeStep>& steps, const std::vector<Stretch>& stretches, TimeRange in) {
  Sampled sum;
  for (const TimeStep& step : steps) {
    for (const Stretch& stretch : stretches) {
      const bool inside = step.range.from >= stretch.range.from && step.range.to <= stretch.range.to;
      if (!inside || step.range.from < in.from || step.range.to > in.to) continue;
      sum.rows += stretch.share * static_cast<double>(step.wanted);
      sum.stored += step.stored;
    }
  }
  return sum;
}

constexpr SampleBounds kBounds{.rows = 1600, .most_stored = 1'600'000, .few_stored = 50'000, .places = 16};

TEST(SamplePlaces, FewRowsAreTakenWhole) {
  EXPECT_TRUE(choose_stretches({}, kBounds).empty());
  EXPECT_TRUE(choose_stretches(steps_of(9, 100, 0), kBounds).empty());
  const auto steps = steps_of(10, 10'000, 160);
  const auto whole = choose_stretches(steps, kBounds);
  EXPECT_THAT(whole, testing::ElementsAre(Stretch{{{0}, {10 * kNanosPerSecond}}, 1}));
}

TEST(SamplePlaces, OfATableOfFewRowsAPartComesFromEverywhere) {
  const auto places = choose_stretches(steps_of(10, 4'000, 3'200), kBounds);
  EXPECT_THAT(places, testing::ElementsAre(Stretch{{{0}, {10 * kNanosPerSecond}}, 0.05}));
}

TEST(SamplePlaces, OfManyRowsEachPlaceGivesEquallyMany) {
  const auto steps = steps_of(4'000, 2'500, 25);
  const auto places = choose_stretches(steps, kBounds);
  ASSERT_EQ(places.size(), kBounds.places);
  for (std::size_t i = 1; i < places.size(); ++i) EXPECT_GE(places[i].range.from, places[i - 1].range.to);
  const Sampled all = sampled(steps, places, kAllTime);
  EXPECT_NEAR(all.rows, 1600, 1);
  EXPECT_LE(all.stored, 16 * 4 * 2'500);
  // Each quarter of the time gives a quarter.
  for (std::int64_t quarter = 0; quarter < 4; ++quarter) {
    const TimeRange in{{quarter * 1000 * kNanosPerSecond}, {(quarter + 1) * 1000 * kNanosPerSecond}};
    EXPECT_NEAR(sampled(steps, places, in).rows, 400, 1) << quarter;
  }
  EXPECT_EQ(choose_stretches(steps, kBounds), places);
}

TEST(SamplePlaces, ABurstHasItsPartOfTheSample) {
  auto steps = steps_of(4'000, 2'500, 2);
  steps[777].stored = steps[777].wanted = 8'000;  // half of all that is wanted
  const auto places = choose_stretches(steps, kBounds);
  const Sampled burst = sampled(steps, places, steps[777].range);
  EXPECT_NEAR(burst.rows, 800, 100);
}

TEST(SamplePlaces, WhatIsRareIsReadWithinTheBound) {
  const auto steps = steps_of(4'000, 10'000, 1);
  const auto places = choose_stretches(steps, kBounds);
  const Sampled all = sampled(steps, places, kAllTime);
  EXPECT_GT(all.rows, 150);
  // A place ends with the step in which it passes its part of the bound.
  EXPECT_LE(all.rows * 8192, 1'600'000 + 16 * 8192);
}

}  // namespace
}  // namespace tetrascope::plan
