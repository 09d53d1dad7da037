// The index of log bodies on the real engine: with it a question finds what it finds without it, where each body has an
// index of its own as well as after all have been merged.

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/log_columns.h"
#include "query/functions.h"
#include "query/sql_writer.h"
#include "storage/test_store.h"

namespace tetrascope {
namespace {

using plan::Function;

// Broken UTF-8 stands before ASCII: its first byte must not take the next ones with it.
const std::vector<std::string> kBodies = {"",
                                          "ab",
                                          "abc",
                                          "ABCdef",
                                          "100% of a_b\\c done",
                                          "100 of aXb c done",
                                          "Größe ISSET",
                                          "GRÖSSE",
                                          "\u212Aelvin",
                                          "kelvin",
                                          "\u0130stanbul",
                                          "istanbul",
                                          "mi\u017F\u017F",
                                          "miss É one",
                                          "missé one",
                                          "\xC3"
                                          "abcd",
                                          "\xE2\x82"
                                          "abcd",
                                          "\xF0\x9F"
                                          "abcd",
                                          "\xF0\x9F\x98"
                                          "abcd",
                                          "\xFF"
                                          "abcd",
                                          "\xED\xA0"
                                          "abcd",
                                          "\x80"
                                          "abcd",
                                          "ab\xC3",
                                          "a needle",
                                          "two\nneedles"};
const std::vector<std::string> kNeedles = {
    "",          "a",     "ab",    "abc",          "ABC",    "abcd",        "0% of", "a_b",        "b\\c",
    "a_b\\c d",  "axb",   "größe", "GRÖSSE isset", "Kelvin", "\u212Aelvin", "élvin", "ISTANBUL",   "\u0130stanbul",
    "miss",      "missÉ", "s é o", "É one",        "NEEDLE", "needle",      "xyz",   "(?i)kelvin", "(?i)miss",
    "needle|abc"};

plan::Plan question(plan::ExprPtr condition) {
  plan::TableRead read;
  read.table = plan::Table::kLogs;
  read.columns = {{"time", plan::column("time")}};
  read.where = std::move(condition);
  return {plan::kAllTime, {read}, {plan::Sort{{{plan::field("time")}}}}};
}

plan::ExprPtr of_body(Function function, const std::string& text) {
  return plan::call(function, {plan::column("body"), plan::literal(Value(text))});
}

class BodyGrams : public ::testing::TestWithParam<TestEngine> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(migrate(*store_));
    for (std::size_t i = 0; i < kBodies.size(); ++i) {
      LogColumns logs;
      const UnixNanos time{static_cast<std::int64_t>(1'700'000'000 + i) * kNanosPerSecond};
      logs.origin.add(time, Origin{"otlp", "default", "s", "s", "", "", time});
      logs.trace.add({}, {});
      logs.add_times(time, time, {});
      logs.severity_number.add(0);
      logs.severity_text.add("");
      logs.event_name.add("");
      logs.body.add(kBodies[i]);
      logs.body_type.add("string");
      logs.flags.add(0);
      logs.sample_rate.add(1);
      logs.dropped_attributes.add(0);
      logs.attributes.end_row();
      NativeWriter block;
      logs.encode(block, 0, 1);
      ASSERT_TRUE(store_->insert({"logs", block.view(), fmt::format("body-{}", i)}));
    }
  }
  std::vector<std::string> rows(const plan::Plan& plan, const std::string& before, const std::string& settings) {
    const auto written = plan::write_sql(plan);
    EXPECT_TRUE(written);
    if (!written) return {};
    Statement statement = written->statement;
    statement.sql = before + statement.sql + ", " + settings;
    const auto found = store_->execute(statement);
    EXPECT_TRUE(found) << found.error().message << "\n" << statement.sql;
    std::vector<std::string> lines;
    if (!found) return lines;
    for (const auto& row : found->rows) lines.push_back(to_json(row[0]));
    return lines;
  }
  void expect_the_same_as_a_scan(const char* when) {
    for (const Function function : {Function::kContains, Function::kContainsAnyCase, Function::kStartsWith,
                                    Function::kEndsWith, Function::kEq, Function::kMatches}) {
      for (const std::string& needle : kNeedles) {
        if (function == Function::kMatches && needle.contains('\\')) continue;
        for (const bool negated : {false, true}) {
          auto condition = of_body(function, needle);
          if (negated) condition = plan::call(Function::kNot, {condition});
          const plan::Plan plan = question(condition);
          EXPECT_EQ(rows(plan, "", "use_skip_indexes = 1"), rows(plan, "", "use_skip_indexes = 0"))
              << when << ": " << plan::function_name(function) << " " << needle;
        }
      }
    }
  }
  /// Of the granules that there are, those which the index leaves.
  std::string granules(const std::string& needle) {
    const plan::Plan plan = question(of_body(Function::kContainsAnyCase, needle));
    std::string all;
    for (const std::string& line :
         rows(plan, "EXPLAIN indexes = 1 ", "use_skip_indexes = 1, use_skip_indexes_on_data_read = 0"))
      all += line + "\n";
    const std::size_t index = all.find("body_grams");
    if (index == std::string::npos) return "no index\n" + all;
    const std::size_t begin = all.find("Granules: ", index) + std::string_view("Granules: ").size();
    return all.substr(begin, all.find('"', begin) - begin);
  }

  TestStore store_{GetParam()};
};

TEST_P(BodyGrams, FindWhatAScanFinds) {
  expect_the_same_as_a_scan("as inserted");
  ASSERT_TRUE(store_->change_schema("ALTER TABLE logs MATERIALIZE INDEX body_grams SETTINGS mutations_sync = 2"));
  expect_the_same_as_a_scan("each by itself");
  // The engine may have merged some of them by itself.
  EXPECT_THAT(granules("NEEDLE"), ::testing::AnyOf(::testing::StartsWith("1/"), ::testing::StartsWith("2/")));
  EXPECT_NE(granules("NEEDLE"), "1/1");
  EXPECT_THAT(granules("zebra"), ::testing::StartsWith("0/"));
  ASSERT_TRUE(store_->change_schema("OPTIMIZE TABLE logs FINAL"));
  expect_the_same_as_a_scan("merged");
  EXPECT_EQ(granules("NEEDLE"), "1/1");
  EXPECT_EQ(granules("zebra"), "0/1");
}

INSTANTIATE_TEST_SUITE_P(Engines, BodyGrams, ::testing::ValuesIn(possible_test_engines()),
                         [](const auto& parameter) { return name_of(parameter.param); });

}  // namespace
}  // namespace tetrascope
