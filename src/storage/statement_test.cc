#include "storage/statement.h"

#include <gtest/gtest.h>

#include "storage/engine_settings.h"

namespace tetrascope {
namespace {

TEST(StatementBuilder, KeepsValuesOutOfTheText) {
  StatementBuilder builder;
  builder.sql("SELECT ").value("String", "a'b").sql(", ");
  const std::string number = builder.reference("Array(Int64)", "[1]");
  builder.sql(number);
  const Statement statement = std::move(builder).take();
  EXPECT_EQ(statement.sql, "SELECT {p0:String}, {p1:Array(Int64)}");
  ASSERT_EQ(statement.parameters.size(), 2U);
  EXPECT_EQ(statement.parameters[0].name, "p0");
  EXPECT_EQ(statement.parameters[0].value, "a'b");
  EXPECT_EQ(statement.parameters[1].type, "Array(Int64)");
}

TEST(EscapeParameter, EscapesScalarsAndLeavesArraysAlone) {
  EXPECT_EQ(escape_parameter({"p", std::string("a\\b\tc\nd\re\0f'\"", 13), "String"}), "a\\\\b\\tc\\nd\\re\\0f'\"");
  EXPECT_EQ(escape_parameter({"p", "\\N", "Nullable(String)"}), "\\\\N");
  EXPECT_EQ(escape_parameter({"p", "['a\\\\b']", "Array(String)"}), "['a\\\\b']");
}

TEST(ArrayLiteral, QuotesEveryElement) {
  const std::vector<std::string> values = {"a", "", "it's", "back\\slash", "tab\t"};
  EXPECT_EQ(array_literal(values), "['a','','it\\'s','back\\\\slash','tab\t']");
  EXPECT_EQ(array_literal({}), "[]");
}

TEST(InsertSql, TakesNamesOnly) {
  EXPECT_EQ(insert_sql("db", "spans", "t-1"), "INSERT INTO db.spans SETTINGS insert_deduplication_token='t-1'");
  EXPECT_EQ(insert_sql("db", "spans", ""), "INSERT INTO db.spans");
  for (const char* bad : {"", "a b", "a.b", "a'", "a;", "ä", "a-b"}) {
    EXPECT_FALSE(insert_sql("db", bad, "")) << bad;
    EXPECT_FALSE(insert_sql(bad, "spans", "")) << bad;
  }
  EXPECT_FALSE(insert_sql("db", "spans", "a'"));
}

TEST(BoundSettings, WritesTimeAsSecondsWithMilliseconds) {
  for (const auto& [name, value] : bound_settings({std::chrono::milliseconds(1005), 7, 9})) {
    if (name == "max_execution_time") {
      EXPECT_EQ(value, "1.005");
    }
    if (name == "max_memory_usage") {
      EXPECT_EQ(value, "7");
    }
    if (name == "max_result_rows") {
      EXPECT_EQ(value, "9");
    }
  }
}

}  // namespace
}  // namespace tetrascope
