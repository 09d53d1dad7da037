// Values that a statement names arrive as they were given: text, arrays and the rest.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "storage/native_block.h"
#include "storage/storage.h"
#include "storage/test_store.h"

namespace tetrascope {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string every_byte() {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  return all;
}

std::vector<std::string> hard_texts() {
  return {"",
          "plain",
          "it's",
          "\"double\" `back`",
          "back\\slash",
          "\\",
          "\\\\",
          "\\N",
          "\\n is not a line end",
          "tab\there",
          "line\nend",
          "cr\r\nlf",
          std::string("nul\0here", 8),
          std::string("\0", 1),
          "naïve 日本語 🙂",
          "\xff\xfe not UTF-8 \xc3",
          every_byte(),
          "{p0:String}",
          "'); DROP TABLE t; --",
          "--field\r\nContent-Disposition: form-data",
          "%41+&=?#",
          " leading and trailing ",
          "\t",
          "\n",
          "NULL",
          "[1]",
          std::string(64 << 10, '\\')};
}

class Parameters : public ::testing::TestWithParam<TestEngine> {
 protected:
  TestStore store{GetParam()};
};

TEST_P(Parameters, TextParametersArriveByteForByte) {
  for (const std::string& text : hard_texts()) {
    StatementBuilder builder;
    builder.sql("SELECT ").value("String", text).sql(" AS v, toInt64(length(").value("String", text).sql(")) AS n");
    const auto rows = store->execute(std::move(builder).take());
    ASSERT_TRUE(rows) << text.substr(0, 40) << ": " << rows.error().message;
    EXPECT_EQ(rows->rows.at(0).at(0), Value(text)) << text.substr(0, 40);
    EXPECT_EQ(rows->rows.at(0).at(1), Value(static_cast<std::int64_t>(text.size()))) << text.substr(0, 40);
  }
}

TEST_P(Parameters, AVeryLongParameterArrivesOrIsRefused) {
  StatementBuilder builder;
  builder.sql("SELECT toInt64(length(").value("String", std::string(1 << 20, 'x')).sql("))");
  const auto rows = store->execute(std::move(builder).take());
  if (rows) {
    EXPECT_EQ(rows->rows.at(0).at(0), Value(std::int64_t{1 << 20}));
  } else {
    EXPECT_EQ(GetParam(), TestEngine::kServer);
    EXPECT_EQ(rows.error().code, ErrorCode::kTooLarge);
  }
}

TEST_P(Parameters, ArrayParametersArriveByteForByte) {
  std::vector<std::string> texts = hard_texts();
  texts.pop_back();
  Array want;
  for (const std::string& text : texts) want.emplace_back(text);
  StatementBuilder builder;
  builder.sql("SELECT ").value("Array(String)", array_literal(texts));
  const auto rows = store->execute(std::move(builder).take());
  ASSERT_TRUE(rows) << rows.error().message;
  const auto* got = rows->rows.at(0).at(0).as<Array>();
  ASSERT_NE(got, nullptr);
  ASSERT_EQ(got->size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) EXPECT_EQ((*got)[i], want[i]) << i;

  StatementBuilder none;
  none.sql("SELECT ").value("Array(String)", array_literal({}));
  EXPECT_EQ(store->execute(std::move(none).take())->rows.at(0).at(0), Value(Array{}));
}

TEST_P(Parameters, OtherParametersAreReadAsTheirType) {
  struct Case {
    std::string type, text;
    Value want;
  };
  const std::vector<Case> table = {
      {"Int64", "-9223372036854775808", std::numeric_limits<std::int64_t>::min()},
      {"UInt64", "18446744073709551615", 18446744073709551615.0},
      {"Float64", "1.5e300", 1.5e300},
      {"Float64", "-inf", -std::numeric_limits<double>::infinity()},
      {"Bool", "true", true},
      {"FixedString(16)", every_byte().substr(0, 16), Bytes{every_byte().substr(0, 16)}},
      {"FixedString(8)", std::string("\\\t\n\r\0'\xff\x01", 8), Bytes{std::string("\\\t\n\r\0'\xff\x01", 8)}},
      {"Array(Int64)", "[1,-2]", Array{std::int64_t{1}, std::int64_t{-2}}},
      {"Array(Float64)", "[1.5,-2]", Array{1.5, -2.0}},
      {"Array(Bool)", "[true,false]", Array{true, false}},
  };
  for (const Case& c : table) {
    StatementBuilder builder;
    builder.sql("SELECT ").value(c.type, c.text);
    const auto rows = store->execute(std::move(builder).take());
    ASSERT_TRUE(rows) << c.type << " " << c.text << ": " << rows.error().message;
    EXPECT_EQ(rows->rows.at(0).at(0), c.want) << c.type << " " << c.text;
  }
  StatementBuilder bad;
  bad.sql("SELECT ").value("Int64", "12x");
  EXPECT_FALSE(store->execute(std::move(bad).take()));
}

INSTANTIATE_TEST_SUITE_P(Engines, Parameters, ::testing::ValuesIn(possible_test_engines()),
                         [](const auto& parameter) { return name_of(parameter.param); });

}  // namespace
}  // namespace tetrascope
