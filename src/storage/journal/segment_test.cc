#include "storage/journal/segment.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "support/bad_disk.h"

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
  /// One commit of one insert.
  static Result<std::size_t> append(JournalSegment& segment, std::string_view table, std::string_view native,
                                    std::int64_t partition = 0) {
    const SegmentRows rows{table, native, partition};
    return segment.append({&rows, 1});
  }
  /// `first` and `second`, of spans; where the second begins.
  std::size_t write_two_records() {
    const auto segment = create();
    EXPECT_TRUE(append(*segment, "spans", "first"));
    const std::size_t whole = segment->bytes();
    EXPECT_TRUE(append(*segment, "spans", "second"));
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
    ASSERT_TRUE(append(*segment, "spans", "first"));
    ASSERT_TRUE(append(*segment, "logs", "a log"));
    ASSERT_TRUE(append(*segment, "spans", std::string("\0second", 7)));
    ASSERT_TRUE(segment->sync(segment->bytes()));
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
    for (const char* rows : {"0", "1", "2"}) ASSERT_TRUE(append(*segment, "spans", rows));
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
  ASSERT_TRUE(append(*segment, "spans", "first"));
  const std::size_t before = segment->bytes();
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  constexpr std::size_t kRoomForNotes = 64 << 10;
  const rlimit small{before + kRoomForNotes + 100, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const auto refused = append(*segment, "spans", std::string(1'000, 'x'));
  const auto fits = append(*segment, "spans", "-");
  const auto noted = segment->note_sending("spans", {0, 2, 1});
  setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_TRUE(fits);
  EXPECT_TRUE(noted) << "room for notes is left: rows could not be sent without them";
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  ASSERT_TRUE(append(*segment, "spans", "second"));
  EXPECT_EQ(read().content.at("spans").native, "first-second");
}

TEST_F(Segment, ACommitOfSeveralTablesIsThereOrNotAtAnyByte) {
  std::size_t whole = 0;
  {
    const auto segment = create();
    ASSERT_TRUE(append(*segment, "spans", "before"));
    whole = segment->bytes();
    const SegmentRows commit[] = {{"documents", "d", 0}, {"spans", "s", 2'900}, {"spans", "t", 2'901}};
    ASSERT_TRUE(segment->append(commit));
  }
  const std::string all = bytes();
  const auto before = read();
  const auto& spans = before.content.at("spans");
  EXPECT_EQ(before.content.at("documents").native, "d");
  EXPECT_EQ(spans.native, "beforest");
  ASSERT_EQ(spans.ends.size(), 3U);
  EXPECT_EQ(spans.ends[1].partition, 2'900);
  EXPECT_EQ(spans.ends[2].partition, 2'901);
  for (std::size_t size = whole; size < all.size(); ++size) {
    rewrite(all.substr(0, size));
    const auto reading = read();
    EXPECT_EQ(reading.content.count("documents"), 0U) << size;
    EXPECT_EQ(reading.content.at("spans").native, "before") << size;
  }
}

TEST_F(Segment, ReadsTheRecordsOfVersionsWithoutCommits) {
  // The rows `old` of `spans`, as those versions wrote them.
  const std::string record("\xf8\x2f\xe2\xaa\xea\x88\xd9\x23\x08\x00\x00\x00\x01\x05spansold", 22);
  rewrite(record);
  const auto reading = read();
  EXPECT_EQ(reading.lost, 0U);
  EXPECT_EQ(reading.content.at("spans").native, "old");
}

class FailingSync : public Segment {
 protected:
  ~FailingSync() override { bad_disk::sync_fails = false; }
};

TEST_F(FailingSync, WhatCouldNotBeSyncedIsCutOffAndNeverSaidToBeThere) {
  const auto segment = create();
  const auto first = append(*segment, "spans", "first");
  ASSERT_TRUE(segment->sync(*first));
  const auto second = append(*segment, "spans", "second");
  const auto third = append(*segment, "logs", "third");
  bad_disk::sync_fails = true;
  const auto refused = segment->sync(*second);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  bad_disk::sync_fails = false;
  EXPECT_FALSE(segment->sync(*third))
      << "a second sync that succeeds says nothing about pages that an earlier one lost";
  EXPECT_TRUE(segment->sync(*first)) << "it was on disk before";
  EXPECT_FALSE(append(*segment, "spans", "fourth")) << "what is written behind lost pages would be cut off with them";
  const std::size_t left = segment->close_rows();
  EXPECT_EQ(left, *first);
  EXPECT_FALSE(segment->sync(*third));
  ASSERT_TRUE(segment->note_sending("spans", {0, 1, 4})) << "the disk is well again";
  const auto reading = read();
  EXPECT_EQ(reading.content.at("spans").native, "first");
  EXPECT_EQ(reading.content.at("spans").sendings.size(), 1U);
  EXPECT_EQ(reading.content.count("logs"), 0U);
}

TEST_F(FailingSync, ANoteThatIsNotOnDiskIsTakenBack) {
  const auto segment = create();
  ASSERT_TRUE(append(*segment, "spans", "first"));
  segment->close_rows();
  const std::size_t before = segment->bytes();
  bad_disk::sync_fails = true;
  EXPECT_FALSE(segment->note_sending("spans", {0, 1, 4}));
  EXPECT_EQ(bytes().size(), before);
}

TEST_F(FailingSync, AFileWhoseDirectoryCannotBeSyncedIsNotLeftInTheWay) {
  bad_disk::sync_fails = true;
  EXPECT_FALSE(JournalSegment::create(path()));
  bad_disk::sync_fails = false;
  EXPECT_TRUE(JournalSegment::create(path()));
}

TEST(SegmentTable, TakesBackWhatStandsBehindTheFilesEnd) {
  SegmentTable table;
  table.add({"spans", "a", 1}, 10);
  table.add({"spans", "bc", 1}, 20);
  table.cut(19);
  EXPECT_EQ(table.native, "a");
  EXPECT_EQ(table.ends.size(), 1U);
  table.cut(0);
  EXPECT_EQ(table.native, "");
  EXPECT_TRUE(table.ends.empty());
}

TEST_F(Segment, SyncsForManyAtATime) {
  const auto segment = create();
  std::mutex appending;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        std::size_t place = 0;
        {
          const std::lock_guard lock(appending);
          const auto written = append(*segment, "logs", "x");
          ASSERT_TRUE(written);
          place = *written;
        }
        EXPECT_TRUE(segment->sync(place));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(read().content.at("logs").ends.size(), 200U);
}

}  // namespace
}  // namespace tetrascope
