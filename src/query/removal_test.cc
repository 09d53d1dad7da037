#include "query/removal.h"

#include <gtest/gtest.h>

namespace tetrascope::plan {
namespace {

ExprPtr is_text(const char* name, const char* text) {
  return call(Function::kEq, {column(name), literal(Value(std::string(text)))});
}

TEST(WriteRemoval, AConditionIsTheSameInBothStatementsAndItsValuesAreParameters) {
  const Removal removals[] = {{Table::kLogs, is_text("service", "it's"), {kAllTime.from, {300'000'000'000}}},
                              {Table::kLogs, is_text("dataset", "web"), kAllTime}};
  const auto sql = write_removal(removals, AttributeLayouts());
  ASSERT_TRUE(sql) << sql.error().message;
  EXPECT_EQ(sql->remove.sql.find("ALTER TABLE logs DELETE WHERE (second <= "), 0U) << sql->remove.sql;
  EXPECT_NE(sql->remove.sql.find(") OR ("), std::string::npos) << sql->remove.sql;
  EXPECT_EQ(sql->remove.sql.find("it's"), std::string::npos) << "text of others is no SQL";
  EXPECT_EQ(sql->count.parameters.size(), sql->remove.parameters.size());
  const auto condition = [](const std::string& text) { return text.substr(text.find("WHERE"), 60); };
  EXPECT_EQ(condition(sql->count.sql), condition(sql->remove.sql));
}

TEST(WriteRemoval, AttributesCanBeAskedFor) {
  const Removal removal{
      Table::kSpans,
      call(Function::kEq, {attribute(Level::kItem, "user.id", Type::kString), literal(Value(std::string("7")))}),
      kAllTime};
  EXPECT_TRUE(write_removal(std::span(&removal, 1), AttributeLayouts()));
}

TEST(WriteRemoval, WhatMakesNoSenseIsRefused) {
  Plan traces{kAllTime, {}, {}};
  TableRead read;
  read.columns = {{"id", column("trace_id")}};
  traces.reads = {read};
  const Removal kWrong[] = {{Table::kSpans, column("name"), kAllTime},
                            {Table::kSpans, is_text("no_such_column", "a"), kAllTime},
                            {Table::kMetrics, is_text("trace_id_text", "a"), kAllTime},
                            {Table::kSpans, in_plan(column("trace_id"), traces), kAllTime}};
  for (const Removal& one : kWrong) EXPECT_FALSE(write_removal(std::span(&one, 1), AttributeLayouts()));
  const Removal kTwoTables[] = {{Table::kSpans, nullptr, kAllTime}, {Table::kLogs, nullptr, kAllTime}};
  EXPECT_FALSE(write_removal(kTwoTables, AttributeLayouts()));
  EXPECT_FALSE(write_removal({}, AttributeLayouts()));
}

}  // namespace
}  // namespace tetrascope::plan
