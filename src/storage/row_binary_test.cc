#include "storage/row_binary.h"

#include <gtest/gtest.h>

#include <limits>

namespace tetrascope {
namespace {

std::vector<Value> list(std::initializer_list<Value> values) { return values; }

TEST(RowBinary, WhatIsWrittenIsReadAgain) {
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  const std::vector<std::pair<std::string, Value>> cells = {
      {"Bool", true},
      {"Int8", std::int64_t{-128}},
      {"UInt16", std::int64_t{65'535}},
      {"Int32", std::int64_t{-2'000'000'000}},
      {"Int64", kLeast},
      {"DateTime64(9, 'UTC')", std::int64_t{1'700'000'000'123'456'789}},
      {"Float64", 0.1},
      {"Float32", 0.5},
      {"String", std::string("a\0b", 3)},
      {"FixedString(2)", Bytes{"xy"}},
      {"Nullable(Float64)", Value()},
      {"Nullable(Int64)", std::int64_t{7}},
      {"Array(UInt64)", Array(list({std::int64_t{1}, std::int64_t{2}}))},
      {"Map(String, String)", Object{{"k", std::string("v")}, {"k", std::string()}}},
      {"Array(Tuple(time DateTime64(9, 'UTC'), texts Map(String, String)))",
       Array(list({Array(list({kLeast, Object{{"a", std::string("b")}}})), Array(list({std::int64_t{0}, Object{}}))}))},
  };
  Rows rows;
  rows.rows.resize(2);
  for (const auto& [type, value] : cells) {
    rows.columns.push_back({"of " + type, type});
    for (auto& row : rows.rows) row.push_back(value);
  }
  std::string bytes = row_binary_head(rows.columns);
  ASSERT_TRUE(append_row_binary(rows, bytes));
  const auto read = decode_row_binary(bytes);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->columns.size(), rows.columns.size());
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    EXPECT_EQ(read->columns[i].name, rows.columns[i].name);
    EXPECT_EQ(read->columns[i].type, rows.columns[i].type);
  }
  EXPECT_EQ(read->rows, rows.rows);
}

TEST(RowBinary, CellsOfAnotherTypeAreRefused) {
  const std::vector<std::pair<std::string, Value>> cells = {
      {"Int64", 1.5},
      {"Int64", Value()},
      {"String", std::int64_t{1}},
      {"Float64", std::string("1")},
      {"FixedString(2)", Bytes{"x"}},
      {"Array(String)", std::string("a")},
      {"Array(String)", Array(list({std::int64_t{1}}))},
      {"Tuple(String, String)", Array(list({std::string("a")}))},
      {"Map(String, String)", Array()},
      {"Map(UInt8, String)", Object{{"1", std::string()}}},
      {"Nothing", Value()},
      {"Geometry", std::string()},
  };
  for (const auto& [type, value] : cells) {
    std::string out;
    const auto written = append_row_binary({{{"c", type}}, {{value}}}, out);
    ASSERT_FALSE(written) << type << " " << to_json(value);
    EXPECT_EQ(written.error().code, ErrorCode::kInternal);
  }
  std::string out;
  EXPECT_FALSE(append_row_binary({{{"c", "String"}}, {{std::string(), std::string()}}}, out));
}

}  // namespace
}  // namespace tetrascope
