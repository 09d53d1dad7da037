// Plays tests/cases/<slice>/*.case, each on a server of its own, on the engine that TETRASCOPE_TEST_ENGINE names. With
// TETRASCOPE_UPDATE_CASES=1 it writes the SQL that it found into the files; read the difference before you keep it.

#include <gtest/gtest.h>

#include <cstdlib>

#include "story/story.h"

namespace tetrascope {
namespace {

/// Folders of stories; tests/cases/query has plans, which plan_case_test runs.
constexpr std::string_view kFolders[] = {"honeycomb", "cloudwatch_logs", "rollbar", "xray"};

class StoryTest : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(StoryTest, IsAsWritten) {
  ServerInProcess server(chosen_test_engine());
  const bool update = std::getenv("TETRASCOPE_UPDATE_CASES") != nullptr;
  CaseFile file = CaseFile::load(GetParam());
  ASSERT_FALSE(file.sections.empty());
  EXPECT_EQ(Story(std::move(file), server).play(update), "") << GetParam();
}

std::vector<std::filesystem::path> all_stories() {
  std::vector<std::filesystem::path> stories;
  for (const auto folder : kFolders) {
    const auto found = case_files(std::filesystem::path(TETRASCOPE_TESTS_DIR) / "cases" / folder);
    stories.insert(stories.end(), found.begin(), found.end());
  }
  return stories;
}

std::string name_of_story(const testing::TestParamInfo<std::filesystem::path>& story) {
  return story.param.parent_path().filename().string() + "_" + story.param.stem().string();
}

INSTANTIATE_TEST_SUITE_P(Cases, StoryTest, testing::ValuesIn(all_stories()), name_of_story);

}  // namespace
}  // namespace tetrascope
