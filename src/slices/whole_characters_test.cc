#include "slices/whole_characters.h"

#include <gtest/gtest.h>

namespace tetrascope {
namespace {

TEST(WholeCharacters, HalvesAreReplaced) {
  const struct {
    std::string_view json;
    std::optional<std::string> whole;
  } table[] = {
      {R"("plain \n \u00e4 \ud83d\ude00")", std::nullopt},
      {R"("\ud83d")", R"("\ufffd")"},
      {R"("\ude00\ud83d")", R"("\ufffd\ufffd")"},
      {R"("a\uD83Db\ud83d\ude00c\ud83d\ud83d\ude00")", R"("a\ufffdb\ud83d\ude00c\ufffd\ud83d\ude00")"},
      {R"("\\ud83d")", std::nullopt},  // a backslash, then text
      {R"("\ud8)", std::nullopt},
      {R"("\uzzzz\u-123)", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& [json, whole] : table) EXPECT_EQ(with_whole_characters(json), whole) << json;
}

}  // namespace
}  // namespace tetrascope
