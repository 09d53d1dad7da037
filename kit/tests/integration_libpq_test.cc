#include <gtest/gtest.h>

#include "tetrascope/kit/integrations/libpq.h"

namespace tetrascope::kit {
namespace {

TEST(WithoutLiterals, NoValueStaysAndAllElseDoes) {
  const std::pair<std::string, std::string> cases[] = {
      {"SELECT * FROM t WHERE a = 'it''s' AND b = 5", "SELECT * FROM t WHERE a = ? AND b = ?"},
      {"SELECT $1, $23 FROM t2", "SELECT $1, $23 FROM t2"},
      {"SELECT E'a\\'b', x'1F', 'c'", "SELECT ?, ?, ?"},
      {"SELECT 'a\\', b", "SELECT ?, b"},
      {"SELECT $$secret$$, $tag$se$$cret$tag$, x", "SELECT ?, ?, x"},
      {"SELECT \"col'umn\" FROM \"t\"\"1\"", "SELECT \"col'umn\" FROM \"t\"\"1\""},
      {"SELECT 1.5e-3, .5, 0x1F, a1 -- 42 secret\nFROM t", "SELECT ?, ?, ?, a1 \nFROM t"},
      {"SELECT /* secret /* nested */ still */ 1", "SELECT  ?"},
      {"SELECT 'open", "SELECT ?"},
      {"SELECT $$open", "SELECT ?"},
      {"SELECT '\xC3\xBC' AS \xC3\xBC", "SELECT ? AS \xC3\xBC"},
      {"LIMIT 10 OFFSET -5", "LIMIT ? OFFSET -?"},
      {"", ""},
  };
  for (const auto& [sql, want] : cases) EXPECT_EQ(without_literals(sql), want) << sql;
}

TEST(OperationOf, FirstWord) {
  EXPECT_EQ(operation_of("  select 1"), "SELECT");
  EXPECT_EQ(operation_of("(WITH x AS ("), "WITH");
  EXPECT_EQ(operation_of(""), "");
  EXPECT_EQ(operation_of("-- nothing"), "");
}

}  // namespace
}  // namespace tetrascope::kit
