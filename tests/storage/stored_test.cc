// Every table takes rows and gives them back, and so does a data directory that an earlier schema's program wrote.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "control/sqlite/sqlite_store.h"
#include "model/schema.h"
#include "storage/migrations.h"
#include "storage/sample_rows.h"
#include "storage/store_answers.h"
#include "storage/test_store.h"

namespace tetrascope {
namespace {

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
    EXPECT_EQ(rows->columns.size(), table.columns.size());
    EXPECT_EQ(rows->rows.size(), 20U) << table.name;
    ASSERT_TRUE(store->change_schema("OPTIMIZE TABLE " + table.name + " FINAL"));
  }
  EXPECT_EQ(*store_answers(*store), *fresh) << "merging must not change an answer";
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

}  // namespace
}  // namespace tetrascope
