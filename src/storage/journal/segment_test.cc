#include "storage/journal/segment.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace tetrascope {
namespace {

class Segment : public ::testing::Test {
 protected:
  Segment() : directory_(std::filesystem::temp_directory_path() / "tetrascope-segment-test") {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
  }
  ~Segment() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<JournalSegment> create() {
    auto created = JournalSegment::create(path());
    EXPECT_TRUE(created);
    return std::move(*created);
  }
  /// `first` and `second`, of spans; where the second begins.
  std::size_t write_two_records() {
    const auto segment = create();
    EXPECT_TRUE(segment->append("spans", "first"));
    const std::size_t whole = segment->bytes();
    EXPECT_TRUE(segment->append("spans", "second"));
    return whole;
  }
  JournalSegment::Reading read() {
    auto opened = JournalSegment::open(path());
    EXPECT_TRUE(opened);
    auto reading = (*opened)->read();
    EXPECT_TRUE(reading);
    return std::move(*reading);
  }
  std::string bytes() {
    std::ifstream in(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void rewrite(const std::string& bytes) { std::ofstream(path(), std::ios::binary | std::ios::trunc) << bytes; }
  [[nodiscard]] std::filesystem::path path() const { return directory_ / "1.journal"; }

 private:
  std::filesystem::path directory_;
};

TEST_F(Segment, GivesBackWhatWasAppendedByTable) {
  {
    const auto segment = create();
    ASSERT_TRUE(segment->append("spans", "first"));
    ASSERT_TRUE(segment->append("logs", "a log"));
    ASSERT_TRUE(segment->append("spans", std::string("\0second", 7)));
    ASSERT_TRUE(segment->sync());
  }
  const auto reading = read();
  EXPECT_EQ(reading.lost, 0U);
  ASSERT_EQ(reading.content.size(), 2U);
  const SegmentTable& spans = reading.content.at("spans");
  ASSERT_EQ(spans.ends.size(), 2U);
  EXPECT_EQ(spans.rows(0, 1), "first");
  EXPECT_EQ(spans.rows(1, 1), std::string("\0second", 7));
  EXPECT_EQ(spans.rows(0, 2), std::string("first\0second", 12));
  EXPECT_EQ(reading.content.at("logs").rows(0, 1), "a log");
}

TEST_F(Segment, KnowsHowFarItsRowsCame) {
  {
    const auto segment = create();
    for (const char* rows : {"0", "1", "2"}) ASSERT_TRUE(segment->append("spans", rows));
    ASSERT_TRUE(segment->note_sending("spans", {0, 3, 40}));
    ASSERT_TRUE(segment->note_sending("spans", {0, 3, 41}));  // again: the first one's block counts
    ASSERT_TRUE(segment->note_refused("spans", {0, 3, 40}));
    ASSERT_TRUE(segment->note_sending("spans", {0, 1, 41}));
    segment->note_stored("spans", {0, 1, 41});
    ASSERT_TRUE(segment->note_sending("spans", {1, 1, 42}));
    ASSERT_TRUE(segment->note_sending("spans", {1, 1, 43}));
  }
  const auto reading = read();
  const auto& sendings = reading.content.at("spans").sendings;
  ASSERT_EQ(sendings.size(), 2U);
  EXPECT_TRUE(sendings[0].stored);
  EXPECT_FALSE(sendings[1].stored);
  EXPECT_EQ(sendings[1].first, 1U);
  EXPECT_EQ(sendings[1].newest_block, 42);
}

TEST_F(Segment, EndsBeforeARecordThatIsCutShortAtAnyByte) {
  const std::size_t whole = write_two_records();
  const std::string all = bytes();
  for (std::size_t size = whole; size < all.size(); ++size) {
    rewrite(all.substr(0, size));
    const auto reading = read();
    EXPECT_EQ(reading.content.at("spans").native, "first") << size;
    EXPECT_EQ(reading.lost, size - whole);
    EXPECT_EQ(bytes().size(), whole) << "what follows must not stand behind half a record";
  }
}

TEST_F(Segment, EndsBeforeARecordOfWhichAnyBitIsWrong) {
  const std::size_t whole = write_two_records();
  const std::string all = bytes();
  for (std::size_t at = whole; at < all.size(); ++at) {
    std::string wrong = all;
    wrong[at] = static_cast<char>(wrong[at] ^ 0x10);
    rewrite(wrong);
    EXPECT_EQ(read().content.at("spans").native, "first") << at;
  }
}

TEST_F(Segment, WhereAFileMayNotGrowNothingIsHalfWritten) {
  std::signal(SIGXFSZ, SIG_IGN);
  const auto segment = create();
  ASSERT_TRUE(segment->append("spans", "first"));
  const std::size_t before = segment->bytes();
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit small{before + 100, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const auto refused = segment->append("spans", std::string(1'000, 'x'));
  setrlimit(RLIMIT_FSIZE, &old);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(bytes().size(), before);
  ASSERT_TRUE(segment->append("spans", "second"));
  EXPECT_EQ(read().content.at("spans").native, "firstsecond");
}

TEST_F(Segment, SyncsForManyAtATime) {
  const auto segment = create();
  std::mutex appending;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        {
          const std::lock_guard lock(appending);
          EXPECT_TRUE(segment->append("logs", "x"));
        }
        EXPECT_TRUE(segment->sync());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(read().content.at("logs").ends.size(), 200U);
}

}  // namespace
}  // namespace tetrascope
