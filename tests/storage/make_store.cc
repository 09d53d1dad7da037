// make_store DIR: fills a fresh data directory with a few rows a table and says on standard output what it answers.
// tools/store_fixture keeps both for the tests of later schemas.

#include <cstdio>

#include "control/sqlite/sqlite_store.h"
#include "model/schema.h"
#include "storage/sample_rows.h"
#include "storage/store_answers.h"
#include "storage/test_store.h"

namespace tetrascope {
namespace {

Result<std::string> make_store(const std::filesystem::path& directory) {
  TestStore store(TestEngine::kChdb, directory);
  RETURN_IF_ERROR(migrate(*store));
  for (const TableSchema& table : all_tables()) {
    RETURN_IF_ERROR(store->insert({table.name, sample_block(table.name, 5), "sample"}));
  }
  ASSIGN_OR_RETURN(const auto control, open_sqlite_store(directory / "control.sqlite"));
  ASSIGN_OR_RETURN([[maybe_unused]] const auto version, control->put("sample.space", "sample key", R"({"kept":true})"));
  return store_answers(*store);
}

}  // namespace
}  // namespace tetrascope

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s DIR\n", argv[0]);
    return 2;
  }
  const auto answers = tetrascope::make_store(argv[1]);
  if (!answers) {
    std::fprintf(stderr, "make_store: %s\n", answers.error().message.c_str());
    return 1;
  }
  std::printf("%s\n", answers->c_str());
  return 0;
}
