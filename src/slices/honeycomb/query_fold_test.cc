#include "slices/honeycomb/query_fold.h"

#include <gtest/gtest.h>

namespace tetrascope::honeycomb {
namespace {

QuerySpec spec_of(std::initializer_list<Op> ops) {
  QuerySpec spec;
  for (const Op op : ops) {
    Calculation& one = spec.calculations.emplace_back();
    one.op.op = op;
    one.column = "a";
  }
  return spec;
}

std::vector<Value> folded(const QuerySpec& spec, const std::vector<std::vector<Value>>& parts) {
  std::vector<Value> whole;
  for (const auto& part : parts) fold(spec, part, whole);
  return whole;
}

TEST(QueryFold, OfWhatIsTheSameForAWholeAsForItsParts) {
  EXPECT_TRUE(folds(spec_of({Op::kCount, Op::kSum, Op::kMin, Op::kMax, Op::kHeatmap})));
  for (const Op op : {Op::kAvg, Op::kPercentile, Op::kCountDistinct, Op::kConcurrency, Op::kRateSum})
    EXPECT_FALSE(folds(spec_of({Op::kCount, op})));
  QuerySpec with_formula = spec_of({Op::kCount});
  with_formula.formulas.emplace_back();
  EXPECT_FALSE(folds(with_formula));
}

TEST(QueryFold, AddsCountsAndSumsAndKeepsTheLeastAndTheGreatest) {
  const QuerySpec spec = spec_of({Op::kCount, Op::kSum, Op::kMin, Op::kMax});
  const std::vector<Value> whole = folded(spec, {{std::int64_t{2}, 0.5, 3.0, 3.0},
                                                 {std::int64_t{3}, 1.5, -1.0, -1.0},
                                                 {std::int64_t{1}, Value(), Value(), Value()}});
  EXPECT_EQ(to_json(Value(Array(whole.begin(), whole.end()))), "[6,2.0,-1.0,3.0]");
}

TEST(QueryFold, OfGroupsWithoutAValueIsNone) {
  const QuerySpec spec = spec_of({Op::kSum, Op::kMax});
  const std::vector<Value> whole = folded(spec, {{Value(), Value()}, {Value(), Value()}});
  EXPECT_TRUE(whole[0].missing());
  EXPECT_TRUE(whole[1].missing());
}

TEST(QueryFold, AddsTheBinsOfAHeatmap) {
  const auto counts = [](std::int64_t a, std::int64_t b) { return Value(Array{a, b}); };
  const std::vector<Value> whole = folded(spec_of({Op::kHeatmap}), {{counts(1, 2)}, {counts(0, 5)}});
  EXPECT_EQ(whole[0], counts(1, 7));
}

}  // namespace
}  // namespace tetrascope::honeycomb
