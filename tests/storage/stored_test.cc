// Every table takes rows and gives them back, and so does a data directory that an earlier schema's program wrote.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "control/sqlite/sqlite_store.h"
#include "model/origin_columns.h"
#include "model/schema.h"
#include "storage/migrations.h"
#include "storage/sample_rows.h"
#include "storage/store_answers.h"
#include "storage/test_store.h"

namespace tetrascope {
namespace {

using ::testing::AnyOf;

class Tables : public ::testing::TestWithParam<TestEngine> {};

TEST_P(Tables, GiveBackTheirRowsAlsoWhenMerged) {
  TestStore store(GetParam());
  const auto migrated = migrate(*store);
  ASSERT_TRUE(migrated) << migrated.error().message;
  for (const TableSchema& table : all_tables()) {
    const auto inserted = store->insert({table.name, sample_block(table.name, 20), "a"});
    ASSERT_TRUE(inserted) << table.name << ": " << inserted.error().message;
  }
  const auto fresh = store_answers(*store);
  ASSERT_TRUE(fresh) << fresh.error().message;
  for (const TableSchema& table : all_tables()) {
    const auto rows = store->execute({"SELECT * FROM " + table.name, {}});
    ASSERT_TRUE(rows);
    EXPECT_EQ(rows->columns.size(), std::ranges::count(table.columns, "", &TableSchema::Column::alias));
    EXPECT_EQ(rows->rows.size(), 20U) << table.name;
    ASSERT_TRUE(store->change_schema("OPTIMIZE TABLE " + table.name + " FINAL"));
  }
  EXPECT_EQ(*store_answers(*store), *fresh) << "merging must not change an answer";
}

TEST_P(Tables, ArePartitionedByTheWeekThatInsertsAreCutBy) {
  constexpr std::int64_t kDay = 86'400'000'000'000;
  constexpr std::int64_t kMonday = 20'416 * kDay;  // 2025-11-24
  TestStore store(GetParam());
  ASSERT_TRUE(migrate(*store));
  for (const std::int64_t received : {kMonday - 1, kMonday, kMonday + 7 * kDay - 1, kMonday + 7 * kDay, kDay, 0L}) {
    const auto monday = store->execute({"SELECT toInt64(toMonday(fromUnixTimestamp64Nano({at:Int64}, 'UTC')))",
                                        {{"at", std::to_string(received), "Int64"}}});
    ASSERT_TRUE(monday) << monday.error().message;
    const std::int64_t day = *monday->rows[0][0].as<std::int64_t>();
    EXPECT_EQ(week_of_arrival({received}), (day + 3) / 7) << received;
  }
  for (const TableSchema& table : all_tables())
    EXPECT_THAT(table.partition_by, AnyOf("", "toMonday(fromUnixTimestamp64Nano(received, 'UTC'))")) << table.name;
}

INSTANTIATE_TEST_SUITE_P(Engines, Tables, ::testing::ValuesIn(possible_test_engines()),
                         [](const auto& parameter) { return name_of(parameter.param); });

struct Stored {
  std::filesystem::path archive;
  std::filesystem::path answers;
};

/// tests/stores/v1.tar.zst and v1.json, …
std::vector<Stored> stored_directories() {
  std::vector<Stored> all;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(TETRASCOPE_TESTS_DIR) / "stores")) {
    if (entry.path().extension() != ".zst") continue;
    std::filesystem::path answers = entry.path();
    all.push_back({entry.path(), answers.replace_extension().replace_extension(".json")});
  }
  return all;
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

TEST(StoredDirectory, OfEverySchemaOpensAndAnswersTheSame) {
  const std::vector<Stored> all = stored_directories();
  ASSERT_EQ(all.size(), schema_version(all_migrations())) << "one archive a schema version: run tools/store_fixture";
  for (const Stored& stored : all) {
    const std::filesystem::path directory = make_temporary_directory();
    const std::string unpack = "tar --zstd -xf '" + stored.archive.string() + "' -C '" + directory.string() + "'";
    ASSERT_EQ(std::system(unpack.c_str()), 0) << unpack;
    {
      TestStore store(chosen_test_engine(), directory);
      const auto migrated = migrate(*store);
      ASSERT_TRUE(migrated) << stored.archive << ": " << migrated.error().message;
      const std::string want = read_file(stored.answers);
      ASSERT_GT(want.size(), 1000U);
      const auto found = same_answers(*store, want);
      ASSERT_TRUE(found) << found.error().message;
      EXPECT_EQ(*found, want) << stored.archive;
      const auto control = open_sqlite_store(directory / "control.sqlite");
      ASSERT_TRUE(control);
      const auto document = (*control)->get("sample.space", "sample key");
      ASSERT_TRUE(document && *document);
      EXPECT_EQ((*document)->json, R"({"kept":true})");
    }
    std::filesystem::remove_all(directory);
  }
}

TEST(StoredDirectory, AttributesThatHadColumnsInSchemaOneAreInTheMap) {
  const std::filesystem::path directory = make_temporary_directory();
  const std::string unpack =
      "tar --zstd -xf '" TETRASCOPE_TESTS_DIR "/stores/v1.tar.zst' -C '" + directory.string() + "'";
  ASSERT_EQ(std::system(unpack.c_str()), 0) << unpack;
  {
    TestStore store(chosen_test_engine(), directory);
    for (const char* statement :
         {"ALTER TABLE logs ADD COLUMN `int key:0` Nullable(Int64) DEFAULT attributes_int['key.0']",
          "ALTER TABLE logs ADD COLUMN `string user:id` Nullable(String) DEFAULT attributes_string['user.id'], "
          "ADD INDEX `by user.id` `string user:id` TYPE bloom_filter(0.05) GRANULARITY 1",
          "ALTER TABLE logs ADD COLUMN `string route` LowCardinality(Nullable(String)) DEFAULT "
          "attributes_string['route'], ADD COLUMN `double d` Nullable(Float64) DEFAULT attributes_double['d'], "
          "ADD COLUMN `bool b` Nullable(Bool) DEFAULT attributes_bool['b']",
          "INSERT INTO logs (received, body, `int key:0`, `string user:id`, `string route`, `double d`, `bool b`, "
          "attributes_int, attributes_json) VALUES (1795348800000000000, 'of columns', 5, '', 'r', 1.5, false, "
          "map('key.1', -7, 'zero', 0), map('list', '[1]'))",
          "INSERT INTO logs (received, body, `string route`) VALUES (1795348800000000001, 'of one', 'only')"}) {
      const auto changed = store->change_schema(statement);
      ASSERT_TRUE(changed) << statement << ": " << changed.error().message;
    }
    const auto before = store->execute({"SELECT sum(ifNull(`int key:0`, 0)), count() FROM logs", {}});
    ASSERT_TRUE(before);
    const auto migrated = migrate(*store);
    ASSERT_TRUE(migrated) << migrated.error().message;
    const auto after =
        store->execute({"SELECT sum(ifNull(reinterpretAsInt64(attributes['ikey.0']), 0)), count() FROM logs", {}});
    ASSERT_TRUE(after) << after.error().message;
    EXPECT_EQ(to_json(Array(after->rows[0].begin(), after->rows[0].end())),
              to_json(Array(before->rows[0].begin(), before->rows[0].end())));
    const auto rows = store->execute(
        {"SELECT arraySort(mapKeys(attributes)), reinterpretAsInt64(attributes['ikey.0']), "
         "reinterpretAsInt64(attributes['ikey.1']), reinterpretAsInt64(attributes['izero']), attributes['suser.id'], "
         "attributes['sroute'], reinterpretAsFloat64(attributes['dd']), attributes['bb'], attributes['jlist'] "
         "FROM logs WHERE body LIKE 'of %' ORDER BY received",
         {}});
    ASSERT_TRUE(rows) << rows.error().message;
    ASSERT_EQ(rows->rows.size(), 2U);
    EXPECT_EQ(to_json(Array(rows->rows[0].begin(), rows->rows[0].end())),
              R"([["bb","dd","ikey.0","ikey.1","izero","jlist","sroute","suser.id"],5,-7,0,"","r",1.5,"0","[1]"])");
    EXPECT_EQ(to_json(Array(rows->rows[1].begin(), rows->rows[1].end())),
              R"([["sroute"],null,null,null,null,"only",null,null,null])");
  }
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace tetrascope
