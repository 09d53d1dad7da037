#include "base/base64.h"

#include <gtest/gtest.h>

namespace tetrascope {
namespace {

TEST(Base64, GoesThereAndBack) {
  const struct {
    std::string bytes, text;
  } table[] = {{"", ""},
               {"f", "Zg=="},
               {"fo", "Zm8="},
               {"foo", "Zm9v"},
               {"foob", "Zm9vYg=="},
               {std::string("\0\0\0", 3), "AAAA"},
               {"\xFB\xFF\xFE", "+//+"}};
  for (const auto& [bytes, text] : table) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes) << text;
  }
  std::string all;
  for (int i = 0; i < 1000; ++i) all += static_cast<char>(i * 7);
  EXPECT_EQ(from_base64(to_base64(all)), all);
}

TEST(Base64, TakesTheUrlAlphabetAndMissingPadding) {
  EXPECT_EQ(from_base64("Zg"), "f");
  EXPECT_EQ(from_base64("Zm8"), "fo");
  EXPECT_EQ(from_base64("-__-"), "\xFB\xFF\xFE");
  EXPECT_EQ(from_base64("-_8"), "\xFB\xFF");
}

TEST(Base64, RefusesWhatIsNone) {
  for (const std::string_view text : {"Z", "Zm9vY", "Zm 9v", "Zm9v\n", "Zm9*", "Zg==Zg==", "\xC3\xA9\xC3\xA9"}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
}

}  // namespace
}  // namespace tetrascope
