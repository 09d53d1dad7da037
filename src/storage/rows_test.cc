#include "storage/rows.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/native_writer.h"
#include "storage/column_type.h"

namespace tetrascope {
namespace {

/// The head of an answer: names are c0, c1, …
std::string head(const std::vector<std::string>& types) {
  NativeWriter out;
  out.varint(types.size());
  for (std::size_t i = 0; i < types.size(); ++i) out.text("c" + std::to_string(i));
  for (const std::string& type : types) out.text(type);
  return std::string(out.view());
}

TEST(DecodeRowBinary, ReadsRowsUntilTheEnd) {
  const auto rows = decode_row_binary(head({"String", "Int16"}) + std::string("\x02hi\xfe\xff\x00\x01\x00", 8));
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->rows.size(), 2U);
  EXPECT_EQ(rows->columns[1].type, "Int16");
  EXPECT_EQ(rows->rows[0], (std::vector<Value>{std::string("hi"), std::int64_t{-2}}));
  EXPECT_EQ(rows->rows[1], (std::vector<Value>{std::string(), std::int64_t{1}}));
}

TEST(DecodeRowBinary, NothingAtAllIsAnAnswerWithoutColumns) {
  const auto rows = decode_row_binary("");
  ASSERT_TRUE(rows);
  EXPECT_TRUE(rows->columns.empty());
}

TEST(DecodeRowBinary, RefusesWhatIsNotComplete) {
  const std::string whole = head({"Array(Nullable(String))", "Map(String, Float64)"}) +
                            std::string("\x02\x00\x01x\x01\x01\x01k", 8) + std::string(8, '\0');
  ASSERT_TRUE(decode_row_binary(whole));
  const std::size_t first_row = head({"Array(Nullable(String))", "Map(String, Float64)"}).size();
  for (std::size_t size = 1; size < whole.size(); ++size) {
    if (size == first_row) continue;  // the head alone is an answer without rows
    const auto cut = decode_row_binary(std::string_view(whole).substr(0, size));
    ASSERT_FALSE(cut) << size;
    EXPECT_EQ(cut.error().code, ErrorCode::kInternal);
  }
}

TEST(DecodeRowBinary, CountsAreBoundedByTheInput) {
  const std::string huge = "\xff\xff\xff\xff\xff\xff\xff\xff\x7f";
  const std::vector<std::string> hostile = {
      huge,                           // columns
      std::string("\x01", 1) + huge,  // length of a name
      head({"String"}) + huge,        // length of a text
      head({"Array(UInt8)"}) + huge,  // elements
      head({"Map(String, Array(UInt8))"}) + huge,
      head({"Array(Tuple())"}) + huge,  // elements without bytes
      head({"Array(Nothing)"}) + "\x05",
      head({"Tuple()"}) + "x",  // rows without bytes
      head({}) + "x",
      head({"Nothing"}) + "x",
      head({"String"}) + std::string(11, '\xff'),  // a varint that does not end
  };
  for (std::size_t i = 0; i < hostile.size(); ++i) EXPECT_FALSE(decode_row_binary(hostile[i])) << i;
}

struct TypeCase {
  std::string name;
  bool known;
};

TEST(ParseColumnType, KnowsTheNamedTypes) {
  std::string deep = "UInt8";
  for (int i = 0; i < 40; ++i) deep = "Array(" + deep + ")";
  const std::vector<TypeCase> table = {
      {"String", true},
      {"DateTime('Europe/Paris')", true},
      {"DateTime64(9, 'UTC')", true},
      {"DateTime64(3)", true},
      {"Nullable(Nothing)", true},
      {"Array(Tuple(`a b` UInt8, c Map(String, Array(Float32)), d DateTime64(9, 'a, (b')))", true},
      {"Enum8('a)' = 1, 'it\\'s' = 2)", true},
      {"LowCardinality(Nullable(FixedString(3)))", true},
      {"SimpleAggregateFunction(max, Int64)", true},
      {"Tuple(Tuple(UInt8), Tuple(x Tuple(UInt8, UInt8)))", true},
      {"", false},
      {"UUID", false},
      {"Int128", false},
      {"string", false},
      {"Array", false},
      {"Array()", false},
      {"Array(UInt8", false},
      {"Array(UInt8, UInt8)", false},
      {"Map(String)", false},
      {"FixedString(0)", false},
      {"FixedString(x)", false},
      {"FixedString(99999999999999999999)", false},
      {"Tuple(`unclosed UInt8)", false},
      {"AggregateFunction(max, Int64)", false},
      {deep, false},
  };
  for (const TypeCase& c : table) EXPECT_EQ(parse_column_type(c.name).has_value(), c.known) << c.name;
}

}  // namespace
}  // namespace tetrascope
