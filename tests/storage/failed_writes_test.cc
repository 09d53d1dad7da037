// What the engine cannot write it does not take for stored: neither an insert's rows nor a merge's.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <string>

#include "storage/chdb/write_errors.h"
#include "storage/native_block.h"
#include "storage/test_store.h"

namespace tetrascope {
namespace {

/// Files of this process may not grow past `bytes` while it lives.
class FilesMayNotGrow {
 public:
  explicit FilesMayNotGrow(rlim_t bytes) {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~FilesMayNotGrow() { setrlimit(RLIMIT_FSIZE, &before_); }
  FilesMayNotGrow(const FilesMayNotGrow&) = delete;
  FilesMayNotGrow& operator=(const FilesMayNotGrow&) = delete;

 private:
  rlimit before_{};
};

class FailedWrites : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::ranges::count(possible_test_engines(), TestEngine::kChdb))
      GTEST_SKIP() << "the engine cannot be loaded into this build";
    store_ = std::make_unique<TestStore>(TestEngine::kChdb);
    ASSERT_TRUE((*store_)->change_schema(
        "CREATE TABLE t (n UInt64, s String) ENGINE = MergeTree ORDER BY n SETTINGS fsync_after_insert = 1, "
        "fsync_part_directory = 1, non_replicated_deduplication_window = 100"));
  }
  std::string sum_of_rows() {
    const auto rows = (*store_)->execute({"SELECT toString(count()), toString(sum(n)), max(s) FROM t", {}});
    if (!rows) return rows.error().message;
    return *rows->rows[0][0].as<std::string>() + " rows, " + *rows->rows[0][1].as<std::string>();
  }

  std::unique_ptr<TestStore> store_;
};

TEST_F(FailedWrites, OfAnInsertAreAnErrorAndItMayComeAgain) {
  ASSERT_TRUE((*store_)->insert({"t", numbered_block(0, 100), "first"}));
  {
    const FilesMayNotGrow limit(20);
    const auto refused = (*store_)->insert({"t", numbered_block(100, 100), "second"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  }
  EXPECT_EQ(sum_of_rows(), "100 rows, 4950");
  const auto again = (*store_)->insert({"t", numbered_block(100, 100), "second"});
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(sum_of_rows(), "200 rows, 19900");
  store_->reopen();
  EXPECT_EQ(sum_of_rows(), "200 rows, 19900");
}

TEST_F(FailedWrites, OfAMergeLeaveTheOldParts) {
  for (std::uint64_t i = 0; i < 5; ++i)
    ASSERT_TRUE((*store_)->insert({"t", numbered_block(i * 100, 100), "insert-" + std::to_string(i)}));
  {
    const FilesMayNotGrow limit(20);
    EXPECT_FALSE((*store_)->change_schema("OPTIMIZE TABLE t FINAL"));
  }
  EXPECT_EQ(sum_of_rows(), "500 rows, 124750");
  ASSERT_TRUE((*store_)->change_schema("OPTIMIZE TABLE t FINAL"));
  EXPECT_EQ(sum_of_rows(), "500 rows, 124750");
  EXPECT_LE(files_with_lost_writes(), kMostMarkedFiles);
}

}  // namespace
}  // namespace tetrascope
