#include "slices/honeycomb/query_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "slices/honeycomb/decode.h"

namespace tetrascope::honeycomb {
namespace {

Object parse(std::string_view json) {
  auto value = value_from_event_json(json);
  EXPECT_TRUE(value) << json;
  return value ? std::get<Object>(value->data) : Object{};
}

TEST(QuerySpec, ReadsEveryMember) {
  const auto spec = read_query_spec(parse(R"({
    "breakdowns":["service.name","http.route"],
    "calculations":[{"op":"COUNT"},{"op":"P99","column":"duration_ms"},
      {"op":"COUNT","name":"errs","filters":[{"column":"error","op":"=","value":true}],"filter_combination":"OR"}],
    "filters":[{"column":"status","op":">=","value":500},{"column":"env","op":"in","value":["a",1,true]},{"column":"x","op":"exists"}],
    "filter_combination":"OR",
    "orders":[{"op":"P99","column":"duration_ms","order":"descending"},{"column":"http.route"},{"column":"errs"},{"column":"rate"}],
    "havings":[{"calculate_op":"COUNT","op":">","value":10}],
    "formulas":[{"name":"rate","expression":"$errs / $COUNT"}],
    "calculated_fields":[{"name":"slow","expression":"$duration_ms > 1000"}],
    "limit":5,"granularity":60,"time_range":7200,"end_time":1785578400,"usage_mode":true})"));
  ASSERT_TRUE(spec) << spec.error().front().field << spec.error().front().description;
  EXPECT_THAT(spec->breakdowns, testing::ElementsAre("service.name", "http.route"));
  ASSERT_EQ(spec->calculations.size(), 3U);
  EXPECT_EQ(spec->calculations[0].key(), "COUNT");
  EXPECT_EQ(spec->calculations[1].key(), "P99(duration_ms)");
  EXPECT_EQ(spec->calculations[1].op.level, 0.99);
  EXPECT_EQ(spec->calculations[2].key(), "errs");
  EXPECT_TRUE(spec->calculations[2].filters.any);
  EXPECT_TRUE(spec->filters.any);
  EXPECT_EQ(spec->filters.filters[1].op, FilterOp::kIn);
  EXPECT_EQ(spec->orders[0].calculation, 1U);
  EXPECT_TRUE(spec->orders[0].descending);
  EXPECT_EQ(spec->orders[1].breakdown, 1U);
  EXPECT_EQ(spec->orders[2].calculation, 2U);
  EXPECT_EQ(spec->orders[3].calculation, 3U);  // the formula, behind three calculations
  ASSERT_EQ(spec->formulas.size(), 1U);
  EXPECT_EQ(spec->formulas[0].name, "rate");
  EXPECT_TRUE(spec->calculated_fields.contains("slow"));
  EXPECT_EQ(spec->havings[0].value, 10);
  EXPECT_EQ(spec->limit, 5U);
  EXPECT_TRUE(spec->usage_mode);
}

TEST(QuerySpec, EmptyCountsRows) {
  const auto spec = read_query_spec({});
  ASSERT_TRUE(spec);
  ASSERT_EQ(spec->calculations.size(), 1U);
  EXPECT_EQ(spec->calculations[0].key(), "COUNT");
}

struct Wrong {
  std::string_view spec;
  std::string_view field;
  std::string_view code;
};

TEST(QuerySpec, NamesWhatIsWrong) {
  const Wrong cases[] = {
      {R"({"breakdowns":"a"})", "breakdowns", "incorrect_type"},
      {R"({"breakdowns":["a","a"]})", "breakdowns[1]", "already_exists"},
      {R"({"breakdowns":[""]})", "breakdowns[0]", "missing"},
      {R"({"breakdowns":[7]})", "breakdowns[0]", "incorrect_type"},
      {R"({"calculations":[{"op":"MEDIAN","column":"a"}]})", "calculations[0].op", "invalid"},
      {R"({"calculations":[{"column":"a"}]})", "calculations[0].op", "missing"},
      {R"({"calculations":[{"op":"SUM"}]})", "calculations[0].column", "missing"},
      {R"({"calculations":[{"op":"CONCURRENCY","column":"a"}]})", "calculations[0].column", "invalid"},
      {R"({"calculations":[7]})", "calculations[0]", "incorrect_type"},
      {R"({"calculations":[{"op":"COUNT","filters":[{"column":"a","op":"exists"}]}]})", "calculations[0].name",
       "missing"},
      {R"({"calculations":[{"op":"COUNT"},{"op":"COUNT"}]})", "calculations", "already_exists"},
      {R"({"filters":[{"op":"=","value":1}]})", "filters[0].column", "missing"},
      {R"({"filters":[{"column":"a","op":"~","value":1}]})", "filters[0].op", "invalid"},
      {R"({"filters":[{"column":"a","op":"="}]})", "filters[0].value", "missing"},
      {R"({"filters":[{"column":"a","op":"=","value":[1]}]})", "filters[0].value", "incorrect_type"},
      {R"({"filters":[{"column":"a","op":"exists","value":1}]})", "filters[0].value", "invalid"},
      {R"({"filters":[{"column":"a","op":"in","value":"b"}]})", "filters[0].value", "incorrect_type"},
      {R"({"filters":[{"column":"a","op":"in","value":[]}]})", "filters[0].value", "invalid"},
      {R"({"filters":[{"column":"a","op":"in","value":[{}]}]})", "filters[0].value", "incorrect_type"},
      {R"({"filter_combination":"XOR"})", "filter_combination", "invalid"},
      {R"({"orders":[{"column":"a"}]})", "orders[0]", "invalid"},
      {R"({"orders":[{"op":"SUM","column":"a"}]})", "orders[0]", "invalid"},
      {R"({"orders":[{"op":"COUNT","order":"up"}]})", "orders[0].order", "invalid"},
      {R"({"calculations":[{"op":"HEATMAP","column":"a"}],"orders":[{"op":"HEATMAP","column":"a"}]})", "orders[0].op",
       "invalid"},
      {R"({"havings":[{"calculate_op":"SUM","column":"a","op":">","value":1}]})", "havings[0].calculate_op", "invalid"},
      {R"({"havings":[{"calculate_op":"COUNT","op":"contains","value":1}]})", "havings[0].op", "invalid"},
      {R"({"havings":[{"calculate_op":"COUNT","op":">","value":"1"}]})", "havings[0].value", "incorrect_type"},
      {R"({"havings":[{"calculate_op":"COUNT","op":">","value":1},{"calculate_op":"COUNT","op":"<","value":9}]})",
       "havings[1]", "already_exists"},
      {R"({"limit":1001})", "limit", "invalid"},
      {R"({"limit":"ten"})", "limit", "incorrect_type"},
      {R"({"start_time":1,"end_time":2,"time_range":1})", "time_range", "invalid"},
      {R"({"start_time":20,"end_time":10})", "end_time", "invalid"},
      {R"({"time_range":-5})", "time_range", "invalid"},
      {R"({"time_range":600,"granularity":601})", "granularity", "invalid"},
      {R"({"time_range":86400,"granularity":60})", "granularity", "invalid"},
      {R"({"time_range":600,"compare_time_offset_seconds":60})", "compare_time_offset_seconds", "invalid"},
      {R"({"time_range":86400,"compare_time_offset_seconds":3600})", "compare_time_offset_seconds", "invalid"},
      {R"({"usage_mode":1})", "usage_mode", "incorrect_type"},
      {R"({"formulas":[{"expression":"$COUNT"}]})", "formulas[0].name", "missing"},
      {R"({"formulas":[{"name":"COUNT","expression":"1"}]})", "formulas[0].name", "already_exists"},
      {R"({"formulas":[{"name":"x","expression":"$COUNT +"}]})", "formulas[0].expression", "invalid"},
      {R"({"calculated_fields":[{"name":"x"}]})", "calculated_fields[0].expression", "missing"},
      {R"({"calculated_fields":[{"name":"x","expression":"NOPE(1) "}]})", "calculated_fields[0].expression", "invalid"},
      {R"({"calculated_fields":["x"]})", "calculated_fields[0]", "incorrect_type"},
  };
  for (const auto& [json, field, code] : cases) {
    const auto spec = read_query_spec(parse(json));
    ASSERT_FALSE(spec) << json;
    EXPECT_EQ(spec.error().front().field, field) << json;
    EXPECT_EQ(spec.error().front().code, code) << json;
  }
}

/// The words name what is wrong, and what would be right.
TEST(QuerySpec, ProblemsNameTheirCause) {
  const Wrong cases[] = {
      {R"({"granularity":-1})", "granularity", "must not be negative: 0 or a number of seconds"},
      {R"({"granularity":1.5})", "granularity", "must be a whole number"},
      {R"({"granularity":1e300})", "granularity", "must be a whole number between -9223372035 and 9223372035"},
      {R"({"time_range":600,"granularity":601})", "granularity",
       "must not be longer than the time range, which is 600 seconds"},
      {R"({"time_range":86400,"granularity":60})", "granularity",
       "must be at least a 1000th of the time range: 87 seconds"},
      {R"({"end_time":-5})", "end_time", "must be seconds since 1970"},
      {R"({"start_time":-5})", "start_time", "must be seconds since 1970"},
      {R"({"limit":0})", "limit", "must be between 1 and 1000"},
      {R"({"limit":-1})", "limit", "must be between 1 and 1000"},
      {R"({"breakdowns":["a","COUNT"]})", "breakdowns[1]",
       "COUNT is a calculation too: give the calculation a name of its own"},
      {R"({"breakdowns":["n"],"calculations":[{"op":"MAX","column":"a","name":"n"}]})", "breakdowns[0]",
       "n is a calculation too: give the calculation a name of its own"},
  };
  for (const auto& [json, field, words] : cases) {
    const auto spec = read_query_spec(parse(json));
    ASSERT_FALSE(spec) << json;
    EXPECT_EQ(spec.error().front().field, field) << json;
    EXPECT_EQ(spec.error().front().description, words) << json;
  }
}

TEST(QuerySpec, AnswersSayNothingThatWasNotAsked) {
  const auto canonical = [](std::string_view json) { return to_plain_json(Value(canonical_spec(parse(json)))); };
  EXPECT_EQ(canonical(R"({"time_range":600,"calculations":[{"op":"COUNT"}]})"),
            R"({"time_range":600,"calculations":[{"op":"COUNT"}]})");
  EXPECT_EQ(canonical(R"({"id":"x","limit":null,"filter_combination":"AND","calculations":[]})"),
            R"({"calculations":[{"op":"COUNT"}]})");
  EXPECT_EQ(canonical("{}"), R"({"calculations":[{"op":"COUNT"}]})");
  EXPECT_EQ(canonical(R"({"filter_combination":"OR","calculations":[{"op":"SUM","column":"a","name":null}]})"),
            R"({"filter_combination":"OR","calculations":[{"op":"SUM","column":"a"}]})");
  EXPECT_EQ(canonical(R"({"calculations":7,"calculations":[{"op":"MAX","op":"COUNT"}]})"),
            R"({"calculations":[{"op":"COUNT"}]})");
}

struct RangeCase {
  std::string_view spec;
  std::int64_t from, to, granularity;
};

TEST(QuerySpec, TimeRangesAndGranularity) {
  const RangeCase cases[] = {
      {"{}", 92'801, 100'001, 30},
      {R"({"time_range":600})", 99'401, 100'001, 5},
      {R"({"time_range":86400})", 13'601, 100'001, 600},
      {R"({"start_time":1000,"time_range":60})", 1'000, 1'060, 1},
      {R"({"end_time":1000,"time_range":60})", 940, 1'000, 1},
      {R"({"start_time":1000,"end_time":2000})", 1'000, 2'000, 5},
      {R"({"start_time":40000})", 40'000, 100'001, 300},
      {R"({"start_time":40000,"granularity":1})", 40'000, 100'001, 61},
      {R"({"end_time":90000})", 82'800, 90'000, 30},
      {R"({"time_range":600,"granularity":7})", 99'401, 100'001, 7},
      {R"({"time_range":600,"granularity":600})", 99'401, 100'001, 600},
  };
  for (const auto& [json, from, to, granularity] : cases) {
    const auto spec = read_query_spec(parse(json));
    ASSERT_TRUE(spec) << json;
    const SecondsRange range = resolve_range(*spec, 100'000);
    EXPECT_EQ(range.from, from) << json;
    EXPECT_EQ(range.to, to) << json;
    EXPECT_EQ(resolve_granularity(*spec, range), granularity) << json;
  }
}

}  // namespace
}  // namespace tetrascope::honeycomb
