#include "commands/command_line.h"

#include <gtest/gtest.h>

namespace tetrascope::commands {
namespace {

TEST(ParseTime, DatesTimesAndAges) {
  constexpr std::int64_t kNow = 1'700'000'000'000'000'000;
  const struct {
    std::string_view text;
    std::int64_t seconds;
  } kGood[] = {{"1970-01-01", 0},
               {"2026-11-23", 1'795'392'000},
               {"2026-11-23T10:00:01Z", 1'795'428'001},
               {"2026-11-23 10:00:01", 1'795'428'001},
               {"2024-02-29", 1'709'164'800},
               {"0s", 1'700'000'000},
               {"7d", 1'700'000'000 - 7 * 86'400}};
  for (const auto& test : kGood) {
    const auto time = parse_time(test.text, kNow);
    ASSERT_TRUE(time) << test.text;
    EXPECT_EQ(*time, test.seconds * 1'000'000'000) << test.text;
  }
  for (const std::string_view bad :
       {"", "soon", "7", "d", "-7d", "2026-11", "2026-13-01", "2023-02-29", "2026-11-23T25:00:00Z",
        "2026-11-23X10:00:00", "2026-11-23T10:00", "99999999999w", "9999-01-01"})
    EXPECT_FALSE(parse_time(bad, kNow)) << bad;
}

TEST(Commands, AreKnownByName) {
  EXPECT_TRUE(is_command("delete"));
  EXPECT_FALSE(is_command("serve"));
  EXPECT_FALSE(is_command(""));
}

}  // namespace
}  // namespace tetrascope::commands
