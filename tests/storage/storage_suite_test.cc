// What every storage must do, asked of each: ClickHouse in this process, and a ClickHouse server over HTTP.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "storage/native_block.h"
#include "storage/storage.h"
#include "storage/test_store.h"

namespace tetrascope {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kTable =
    "CREATE TABLE t (n UInt64, s String) ENGINE = MergeTree ORDER BY n SETTINGS fsync_after_insert = 1, "
    "fsync_part_directory = 1, non_replicated_deduplication_window = 100";

class StorageSuite : public ::testing::TestWithParam<TestEngine> {
 protected:
  void SetUp() override { ASSERT_TRUE(store->change_schema(kTable)); }

  std::int64_t count(const std::string& table = "t") {
    const auto rows = store->execute({"SELECT toInt64(count()) FROM " + table, {}});
    EXPECT_TRUE(rows) << rows.error().message;
    return rows ? *rows->rows.at(0).at(0).as<std::int64_t>() : -1;
  }

  TestStore store{GetParam()};
};

TEST_P(StorageSuite, GivesBackWhatWasInserted) {
  ASSERT_TRUE(store->insert({"t", numbered_block(7, 2), "a"}));
  const auto rows = store->execute({"SELECT n, s FROM t ORDER BY n", {}});
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->columns.size(), 2U);
  EXPECT_EQ(rows->columns[0].name, "n");
  EXPECT_EQ(rows->columns[0].type, "UInt64");
  EXPECT_EQ(rows->index_of("s"), 1U);
  EXPECT_EQ(rows->index_of("x"), 2U);
  ASSERT_EQ(rows->rows.size(), 2U);
  EXPECT_EQ(rows->rows[0], (std::vector<Value>{std::int64_t{7}, std::string("row 7")}));
  EXPECT_EQ(rows->rows[1], (std::vector<Value>{std::int64_t{8}, std::string("row 8")}));
  EXPECT_EQ(rows->rows_read, 2U);
  EXPECT_GT(rows->bytes_read, 0U);
}

TEST_P(StorageSuite, TakesSeveralBlocksInOneInsert) {
  ASSERT_TRUE(store->insert({"t", numbered_block(0, 1000) + numbered_block(1000, 1000), "a"}));
  EXPECT_EQ(count(), 2000);
}

struct Answer {
  std::string sql;
  Value value;
};

TEST_P(StorageSuite, ReadsEveryType) {
  const std::vector<Answer> table = {
      {"'text'", std::string("text")},
      {"toLowCardinality('low')", std::string("low")},
      {"toFixedString('ab', 4)", Bytes{std::string("ab\0\0", 4)}},
      {"toInt8(-8)", std::int64_t{-8}},
      {"toInt16(-16)", std::int64_t{-16}},
      {"toInt32(-32)", std::int64_t{-32}},
      {"toInt64(-9223372036854775808)", std::numeric_limits<std::int64_t>::min()},
      {"toUInt8(255)", std::int64_t{255}},
      {"toUInt16(65535)", std::int64_t{65535}},
      {"toUInt32(4294967295)", std::int64_t{4294967295}},
      {"toUInt64(9223372036854775807)", std::numeric_limits<std::int64_t>::max()},
      {"toUInt64(18446744073709551615)", 18446744073709551615.0},
      {"toFloat32(0.5)", 0.5},
      {"toFloat64(-1e300)", -1e300},
      {"true", true},
      {"[1, 2]", Array{std::int64_t{1}, std::int64_t{2}}},
      {"(1, 'a')", Array{std::int64_t{1}, std::string("a")}},
      {"CAST((1, 'a'), 'Tuple(x UInt8, `y z` String)')", Array{std::int64_t{1}, std::string("a")}},
      {"map('k', 1.5)", Object{{"k", 1.5}}},
      {"map(toLowCardinality('k'), [true])", Object{{"k", Array{true}}}},
      {"CAST(NULL, 'Nullable(Int64)')", Value{}},
      {"CAST(3, 'Nullable(Int64)')", std::int64_t{3}},
      {"CAST(NULL, 'LowCardinality(Nullable(String))')", Value{}},
      {"NULL", Value{}},
      {"[]", Array{}},
      {"[NULL, 1]", Array{Value{}, std::int64_t{1}}},
      {"toDateTime64(1.5, 9, 'UTC')", std::int64_t{1'500'000'000}},
      {"fromUnixTimestamp64Nano(toInt64(-1), 'Europe/Paris')", std::int64_t{-1}},
      {"toDateTime(86400, 'UTC')", std::int64_t{86400}},
      {"toDate(2)", std::int64_t{2}},
      {"toDate32('1969-12-31')", std::int64_t{-1}},
      {"CAST('b', 'Enum8(\\'a(, b\\' = 1, \\'b\\' = 2)')", std::int64_t{2}},
  };
  for (const Answer& want : table) {
    const auto rows = store->execute({"SELECT " + want.sql + " AS v", {}});
    ASSERT_TRUE(rows) << want.sql << ": " << rows.error().message;
    ASSERT_EQ(rows->rows.size(), 1U) << want.sql;
    EXPECT_EQ(rows->rows[0].at(0), want.value) << want.sql << " of " << rows->columns[0].type;
  }
  const auto nan = store->execute({"SELECT nan", {}});
  ASSERT_TRUE(nan);
  EXPECT_TRUE(std::isnan(*nan->rows[0][0].as<double>()));
  EXPECT_FALSE(store->execute({"SELECT generateUUIDv4()", {}})) << "a type that is not named must be refused";
}

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

TEST_P(StorageSuite, TextParametersArriveByteForByte) {
  for (const std::string& text : hard_texts()) {
    StatementBuilder builder;
    builder.sql("SELECT ").value("String", text).sql(" AS v, toInt64(length(").value("String", text).sql(")) AS n");
    const auto rows = store->execute(std::move(builder).take());
    ASSERT_TRUE(rows) << text.substr(0, 40) << ": " << rows.error().message;
    EXPECT_EQ(rows->rows.at(0).at(0), Value(text)) << text.substr(0, 40);
    EXPECT_EQ(rows->rows.at(0).at(1), Value(static_cast<std::int64_t>(text.size()))) << text.substr(0, 40);
  }
}

TEST_P(StorageSuite, AVeryLongParameterArrivesOrIsRefused) {
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

TEST_P(StorageSuite, ArrayParametersArriveByteForByte) {
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

TEST_P(StorageSuite, OtherParametersAreReadAsTheirType) {
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

TEST_P(StorageSuite, TheSameTokenStoresNothingASecondTime) {
  ASSERT_TRUE(store->insert({"t", numbered_block(0, 10), "one-1"}));
  ASSERT_TRUE(store->insert({"t", numbered_block(0, 10), "one-1"}));
  EXPECT_EQ(count(), 10);
  ASSERT_TRUE(store->insert({"t", numbered_block(0, 10), "two"}));
  EXPECT_EQ(count(), 20) << "another token: the same rows again";
  store.reopen();
  ASSERT_TRUE(store->insert({"t", numbered_block(0, 10), "one-1"}));
  EXPECT_EQ(count(), 20) << "the token is remembered over a restart";
}

TEST_P(StorageSuite, RowsThatTheTableDoesNotTakeAreInvalidAndLeaveTheStoreUsable) {
  NativeColumn one{"other", "UInt8", {}};
  one.data.number(std::uint8_t{1});
  NativeColumn wrong_type{"n", "Float64", {}};
  wrong_type.data.number(1.0);
  const std::string good = numbered_block(0, 100);
  const std::vector<std::string> blocks = {native_block(1, {one}),          native_block(1, {wrong_type}),
                                           good.substr(0, good.size() / 2), good + good.substr(0, good.size() / 2),
                                           "\x02\xff\xff\xff\xff\x0f",      std::string(100, '\xff')};
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto result = store->insert({"t", blocks[i], "bad" + std::to_string(i)});
    ASSERT_FALSE(result) << i;
    EXPECT_EQ(result.error().code, ErrorCode::kInvalid) << i;
    EXPECT_THAT(result.error().message, Not(HasSubstr("DB::"))) << i;
  }
  EXPECT_EQ(count(), 0);
  ASSERT_TRUE(store->insert({"t", good, "good"}));
  EXPECT_EQ(count(), 100);
}

TEST_P(StorageSuite, NamesAndTokensAreNeverSql) {
  EXPECT_FALSE(store->insert({"t (n, s)", numbered_block(0, 1), "a"}));
  EXPECT_FALSE(store->insert({"t", numbered_block(0, 1), "a'"}));
  EXPECT_FALSE(store->insert({"", numbered_block(0, 1), "a"}));
  EXPECT_FALSE(store->insert({"absent", numbered_block(0, 1), "a"}));
  EXPECT_EQ(count(), 0);
}

TEST_P(StorageSuite, AQueryCannotWrite) {
  EXPECT_FALSE(store->execute({"INSERT INTO t SELECT 1, 'x'", {}}));
  EXPECT_FALSE(store->execute({"DROP TABLE t", {}}));
  EXPECT_EQ(count(), 0);
}

TEST_P(StorageSuite, BoundsEndAQueryAndNotTheServer) {
  struct Case {
    std::string sql;
    QueryBounds bounds;
    ErrorCode want;
  };
  using std::chrono::milliseconds;
  const std::vector<Case> table = {
      {"SELECT max(cityHash64(number)) FROM numbers(1000000000000)",
       {milliseconds(300), 512 << 20, 100},
       ErrorCode::kDeadlineExceeded},
      {"SELECT number FROM numbers(101)", {milliseconds(5000), 512 << 20, 100}, ErrorCode::kTooLarge},
      {"SELECT repeat('x', 1000000) FROM numbers(50)", {milliseconds(5000), 64 << 20, 100}, ErrorCode::kTooLarge},
      {"SELECT length(groupArray(number)) FROM numbers(100000000)",
       {milliseconds(10000), 64 << 20, 100},
       ErrorCode::kTooLarge},
      {"SELECT no_such_column FROM t", {milliseconds(5000), 512 << 20, 100}, ErrorCode::kInternal},
      {"SELEKT", {milliseconds(5000), 512 << 20, 100}, ErrorCode::kInternal},
  };
  for (const Case& c : table) {
    const auto start = std::chrono::steady_clock::now();
    const auto rows = store->execute({c.sql, {}}, c.bounds);
    const auto took = std::chrono::steady_clock::now() - start;
    ASSERT_FALSE(rows) << c.sql;
    EXPECT_EQ(rows.error().code, c.want) << c.sql << ": " << rows.error().message;
    EXPECT_LT(took, c.bounds.time + milliseconds(2000)) << c.sql;
    for (const char* leak : {"DB::", "Code", "SELECT", "numbers", "chdb", "ClickHouse"}) {
      EXPECT_THAT(rows.error().message, Not(HasSubstr(leak))) << c.sql;
    }
    EXPECT_EQ(count(), 0) << "after " << c.sql;
  }
  EXPECT_TRUE(store->execute({"SELECT number FROM numbers(100)", {}}, {milliseconds(5000), 512 << 20, 100}));
}

TEST_P(StorageSuite, WhatAFailedQueryHadWrittenIsNotInTheNextAnswer) {
  // Several at once meet every connection; the engine has written rows, or only their names, when the query fails.
  for (const int failing : {0, 1, 70'000, 500'000}) {
    for (int each = 0; each < 6; ++each) {
      const auto failed = store->execute({"SELECT number, throwIf(number = {p0:UInt64}) FROM numbers(1000000)",
                                          {{"p0", std::to_string(failing), "UInt64"}}});
      ASSERT_FALSE(failed) << failing;
      const auto next = store->execute({"SELECT 'one' AS a, toInt64(2) AS b", {}});
      ASSERT_TRUE(next) << failing << ": " << next.error().message;
      ASSERT_EQ(next->rows.size(), 1U);
      EXPECT_EQ(next->rows[0], (std::vector<Value>{Value(std::string("one")), Value(std::int64_t{2})}));
    }
  }
}

TEST_P(StorageSuite, InsertsAndQueriesRunSideBySide) {
  ASSERT_TRUE(store->change_schema("CREATE TABLE t1 AS t"));
  constexpr int kWriters = 4;
  constexpr int kInserts = 25;
  std::atomic<int> failures = 0;
  std::atomic<bool> done = false;
  std::vector<std::thread> threads;
  for (int w = 0; w < kWriters; ++w) {
    threads.emplace_back([&, w] {
      for (int i = 0; i < kInserts; ++i) {
        const std::uint64_t first = static_cast<std::uint64_t>(w * kInserts + i) * 10;
        const auto result =
            store->insert({w % 2 == 0 ? "t" : "t1", numbered_block(first, 10), "p" + std::to_string(first)});
        if (!result) ++failures;
      }
    });
  }
  std::thread reader([&] {
    std::int64_t before = 0;
    while (!done) {
      const std::int64_t now = count();
      if (now < before || now % 10 != 0) ++failures;  // an insert is seen whole or not at all
      before = now;
    }
  });
  for (std::thread& thread : threads) thread.join();
  done = true;
  reader.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(count("t"), kWriters / 2 * kInserts * 10);
  EXPECT_EQ(count("t1"), kWriters / 2 * kInserts * 10);
}

TEST_P(StorageSuite, SlowQueriesDoNotHoldUpInserts) {
  std::atomic<int> at_their_end = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 12; ++i) {
    readers.emplace_back([&] {
      const auto rows = store->execute({"SELECT max(cityHash64(number)) FROM numbers(1000000000000)", {}},
                                       {std::chrono::seconds(60), 64 << 20, 10});
      if (!rows && rows.error().code == ErrorCode::kDeadlineExceeded) ++at_their_end;
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_TRUE(store->insert({"t", numbered_block(0, 10), "a"}));
  EXPECT_EQ(at_their_end, 0) << "the insert waited for a query to run out of time";
  store->end_queries();
  for (std::thread& reader : readers) reader.join();
  store.reopen();
  EXPECT_EQ(count(), 10);
}

TEST_P(StorageSuite, EndingQueriesLeavesInserts) {
  std::thread reader([&] {
    const auto start = std::chrono::steady_clock::now();
    const auto rows = store->execute({"SELECT max(cityHash64(number)) FROM numbers(1000000000000)", {}},
                                     {std::chrono::seconds(60), 64 << 20, 10});
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().code, ErrorCode::kUnavailable) << rows.error().message;
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  store->end_queries();
  reader.join();
  const auto later = store->execute({"SELECT 1", {}});
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(store->insert({"t", numbered_block(0, 10), "a"}));
}

TEST_P(StorageSuite, ARestartFindsEverything) {
  ASSERT_TRUE(store->insert({"t", numbered_block(0, 10), "a"}));
  store.reopen();
  EXPECT_EQ(count(), 10);
}

TEST_P(StorageSuite, UsageCountsRowsAndBytes) {
  ASSERT_TRUE(store->insert({"t", numbered_block(0, 1000), "a"}));
  const auto usage = store->usage();
  ASSERT_TRUE(usage) << usage.error().message;
  EXPECT_EQ(usage->rows, 1000U);
  EXPECT_GT(usage->disk_bytes, 1000U);
}

INSTANTIATE_TEST_SUITE_P(Engines, StorageSuite, ::testing::ValuesIn(possible_test_engines()),
                         [](const auto& parameter) { return name_of(parameter.param); });

}  // namespace
}  // namespace tetrascope
