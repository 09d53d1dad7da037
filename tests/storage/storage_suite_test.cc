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

  /// And then ends with kDeadlineExceeded, unless it is ended before.
  Result<Rows> ask_what_takes_a_minute() {
    return store->execute({"SELECT max(cityHash64(number)) FROM numbers(1000000000000)", {}},
                          {std::chrono::seconds(60), 64 << 20, 10});
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

TEST_P(StorageSuite, MakesOnePartOfAnInsertHoweverManyItsRows) {
  // More than the engine's own bound for a block. The journal knows by a part whether an insert arrived.
  constexpr std::uint64_t kBlock = 110'000, kBlocks = 10;
  std::string native;
  for (std::uint64_t i = 0; i < kBlocks; ++i) native += numbered_block(i * kBlock, kBlock);
  ASSERT_TRUE(store->insert({"t", native, "a"}));
  EXPECT_EQ(count(), kBlock * kBlocks);
  const auto parts = store->execute({"SELECT toInt64(count()) FROM system.parts WHERE table = 't' AND level = 0", {}});
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->rows[0][0], Value(std::int64_t{1}));
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
  const auto read = [&] {
    const auto rows = ask_what_takes_a_minute();
    if (!rows && rows.error().code == ErrorCode::kDeadlineExceeded) ++at_their_end;
  };
  std::vector<std::thread> readers;
  for (int i = 0; i < 12; ++i) readers.emplace_back(read);
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
    const auto rows = ask_what_takes_a_minute();
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
