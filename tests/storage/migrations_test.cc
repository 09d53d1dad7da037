// Schema versions: an empty store, one that is up to date, older, half-way, newer, or simply different.

#include "storage/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/schema.h"
#include "storage/test_store.h"

namespace tetrascope {
namespace {

using ::testing::HasSubstr;

class Migrations : public ::testing::TestWithParam<TestEngine> {
 protected:
  bool has_column(const std::string& name) {
    const auto rows =
        store->execute({"SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'spans' AND "
                        "name = {name:String}",
                        {{"name", name}}});
    return rows && rows->rows.size() == 1;
  }
  std::uint32_t version() { return stored_schema_version(*store).value_or(999); }

  TestStore store{GetParam()};
  const std::vector<Migration> two_ = {{2, {"ALTER TABLE spans ADD COLUMN IF NOT EXISTS extra UInt8"}}};
  const std::vector<Migration> three_ = {two_[0],
                                         {3,
                                          {"ALTER TABLE spans ADD COLUMN IF NOT EXISTS more String",
                                           "ALTER TABLE spans ADD COLUMN IF NOT EXISTS most String"}}};
};

TEST_P(Migrations, AnEmptyStoreGetsTheNewestTables) {
  ASSERT_TRUE(migrate(*store));
  EXPECT_EQ(version(), schema_version(all_migrations()));
  for (const TableSchema& table : all_tables()) {
    EXPECT_TRUE(store->execute({"SELECT * FROM " + table.name, {}})) << table.name;
  }
}

TEST_P(Migrations, ASecondTimeChangesNothing) {
  ASSERT_TRUE(migrate(*store));
  store.reopen();
  const auto again = migrate(*store);
  EXPECT_TRUE(again) << again.error().message;
  EXPECT_EQ(version(), schema_version(all_migrations()));
}

TEST_P(Migrations, AnOlderStoreComesForwardVersionByVersion) {
  ASSERT_TRUE(migrate(*store, {}));
  EXPECT_EQ(version(), 1U);
  ASSERT_TRUE(migrate(*store, three_));
  EXPECT_EQ(version(), 3U);
  EXPECT_TRUE(has_column("extra") && has_column("more") && has_column("most"));
}

TEST_P(Migrations, OneThatWasKilledHalfWayIsFinished) {
  ASSERT_TRUE(migrate(*store, two_));
  ASSERT_TRUE(store->change_schema(three_[1].statements[0]));
  ASSERT_TRUE(migrate(*store, three_));
  EXPECT_EQ(version(), 3U);
  EXPECT_TRUE(has_column("most"));
}

TEST_P(Migrations, AFailedOneIsNotNoted) {
  ASSERT_TRUE(migrate(*store, {}));
  const std::vector<Migration> bad = {{2, {"ALTER TABLE absent ADD COLUMN x UInt8"}}};
  EXPECT_FALSE(migrate(*store, bad));
  EXPECT_EQ(version(), 1U);
}

TEST_P(Migrations, ANewerStoreIsRefused) {
  ASSERT_TRUE(migrate(*store, {}));
  ASSERT_TRUE(migrate(*store, three_));
  const auto refused = migrate(*store, two_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(refused.error().message, HasSubstr("schema 3, this one knows 2"));
}

TEST_P(Migrations, TablesOfAnotherFormAreRefused) {
  ASSERT_TRUE(migrate(*store));
  ASSERT_TRUE(store->change_schema("ALTER TABLE spans DROP COLUMN duration"));
  const auto refused = migrate(*store);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("spans.duration is absent, want Int64"));
}

INSTANTIATE_TEST_SUITE_P(Engines, Migrations, ::testing::ValuesIn(possible_test_engines()),
                         [](const auto& parameter) { return name_of(parameter.param); });

}  // namespace
}  // namespace tetrascope
