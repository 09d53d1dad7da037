#include "storage/journal/journaled_storage.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "storage/journal/segment.h"
#include "storage/question.h"
#include "support/bad_disk.h"

namespace tetrascope {
namespace {

using std::chrono::milliseconds;

/// What an engine keeps, also when the Storage in front of it is gone.
struct Tables {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, std::vector<std::string>> parts;
  std::vector<std::string> order;  ///< tables, in the order in which they got rows
  std::set<std::pair<std::string, std::string>> tokens;
  int refusals = 0;
  bool lose_answers = false;  ///< rows go in, and the answer is an error

  std::string text(const std::string& table) {
    const std::lock_guard lock(mutex);
    std::string all;
    for (const std::string& part : parts[table]) all += part;
    return all;
  }
};

class FakeEngine : public Storage {
 public:
  explicit FakeEngine(Tables& tables) : tables_(tables) {}

  Result<void> insert(const Insert& rows) override {
    const std::lock_guard lock(tables_.mutex);
    if (tables_.refusals > 0) {
      --tables_.refusals;
      return fail(ErrorCode::kUnavailable, "not now");
    }
    if (rows.native.find("poison") != std::string_view::npos) return fail(ErrorCode::kInvalid, "not these");
    if (tables_.tokens.emplace(rows.table, rows.token).second) {
      tables_.parts[std::string(rows.table)].emplace_back(rows.native);
      tables_.order.emplace_back(rows.table);
    }
    tables_.changed.notify_all();
    if (tables_.lose_answers) return fail(ErrorCode::kUnavailable, "no answer");
    return {};
  }
  /// Only ever asked for a table's newest block.
  Result<Rows> execute(const Statement& statement, const QueryBounds& /*bounds*/) override {
    const std::lock_guard lock(tables_.mutex);
    Rows rows;
    if (!statement.parameters.empty())
      rows.rows = {{Value(static_cast<std::int64_t>(tables_.parts[statement.parameters[0].value].size()))}};
    return rows;
  }
  Result<Usage> usage() override { return Usage{}; }

 private:
  Tables& tables_;
};

class Journaled : public ::testing::Test {
 protected:
  Journaled() {
    options_.directory = std::filesystem::temp_directory_path() / "tetrascope-journaled-test";
    std::filesystem::remove_all(options_.directory);
    options_.gather = std::chrono::hours(1);
    options_.patience = milliseconds(50);
  }
  ~Journaled() override {
    bad_disk::sync_fails = false;
    std::error_code ignored;
    std::filesystem::remove_all(options_.directory, ignored);
  }

  std::unique_ptr<Storage> open() {
    auto opened = open_journaled(std::make_unique<FakeEngine>(tables_), options_);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    return opened ? std::move(*opened) : nullptr;
  }
  [[nodiscard]] std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(options_.directory))
      count += entry.path().extension() == ".journal" ? 1 : 0;
    return count;
  }
  /// As a process leaves it that died: `sending`, when it has a count, had been noted for the table `spans`.
  void leave(const std::vector<std::string>& rows, SegmentTable::Sending sending = {}) {
    std::filesystem::create_directories(options_.directory);
    const auto segment = JournalSegment::create(options_.directory / "0000000000000007.journal");
    ASSERT_TRUE(segment);
    for (const std::string& one : rows) {
      const SegmentRows commit{"spans", one};
      ASSERT_TRUE((*segment)->append({&commit, 1}));
    }
    if (sending.count == 0) return;
    ASSERT_TRUE((*segment)->note_sending("spans", sending));
  }

  JournalOptions options_;
  Tables tables_;
};

TEST_F(Journaled, AcknowledgesBeforeTheEngineHasItAndStoresBeforeItAnswers) {
  const auto storage = open();
  ASSERT_TRUE(storage->insert({"spans", "a", ""}));
  ASSERT_TRUE(storage->insert({"spans", "b", ""}));
  EXPECT_EQ(tables_.text("spans"), "");
  EXPECT_EQ(files(), 1U);
  ASSERT_TRUE(storage->execute({"SELECT 1", {}}));
  EXPECT_EQ(tables_.text("spans"), "ab");
  EXPECT_EQ(tables_.parts["spans"].size(), 1U) << "one insert for both";
  EXPECT_EQ(files(), 0U);
}

TEST_F(Journaled, AQuestionWaitsForWhatWasAcknowledgedBeforeItBeganAndNotForMore) {
  const auto storage = open();
  ASSERT_TRUE(storage->insert({"spans", "a", ""}));
  {
    const Question question;
    ASSERT_TRUE(storage->execute({"SELECT 1", {}}));
    EXPECT_EQ(tables_.text("spans"), "a");
    ASSERT_TRUE(storage->insert({"spans", "b", ""}));
    ASSERT_TRUE(storage->execute({"SELECT 1", {}}));
    EXPECT_EQ(tables_.text("spans"), "a") << "its second statement hurries nobody";
    EXPECT_EQ(storage->backlog().bytes, 1U);
  }
  ASSERT_TRUE(storage->execute({"SELECT 1", {}}));
  EXPECT_EQ(tables_.text("spans"), "ab");
}

TEST_F(Journaled, BetweenInsertsAllThatWasAcknowledgedIsThereAndNothingComes) {
  const auto storage = open();
  ASSERT_TRUE(storage->insert({"spans", "a", ""}));
  EXPECT_EQ(storage->backlog().bytes, 1U);
  std::thread asker;
  const auto changed = storage->between_inserts([&](Storage& /*engine*/) -> Result<void> {
    EXPECT_EQ(tables_.text("spans"), "a");
    EXPECT_TRUE(storage->insert({"spans", "b", ""})) << "writers go on";
    asker = std::thread([&] { EXPECT_TRUE(storage->execute({"SELECT 1", {}})); });
    std::this_thread::sleep_for(milliseconds(100));
    EXPECT_EQ(tables_.text("spans"), "a") << "who asks hurries the journal, and it waits all the same";
    return {};
  });
  EXPECT_TRUE(changed);
  asker.join();
  EXPECT_EQ(tables_.text("spans"), "ab");
  EXPECT_EQ(storage->backlog().bytes, 0U);
}

TEST_F(Journaled, NothingIsChangedBetweenInsertsThatTheEngineRefuses) {
  const auto storage = open();
  tables_.refusals = 1'000'000;
  ASSERT_TRUE(storage->insert({"spans", "a", ""}));
  bool called = false;
  const auto changed = storage->between_inserts([&](Storage& /*engine*/) -> Result<void> {
    called = true;
    return {};
  });
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(called);
  EXPECT_TRUE(storage->backlog().failing);
}

TEST_F(Journaled, StoresWhenEnoughHasComeOrEnoughTimeHasGone) {
  options_.gather_bytes = 10;
  options_.gather = std::chrono::hours(1);
  {
    const auto storage = open();
    ASSERT_TRUE(storage->insert({"spans", "0123456789", ""}));
    std::unique_lock lock(tables_.mutex);
    EXPECT_TRUE(tables_.changed.wait_for(lock, std::chrono::seconds(20), [&] { return !tables_.order.empty(); }));
  }
  options_.gather_bytes = 1'000;
  options_.gather = milliseconds(5);
  const auto storage = open();
  ASSERT_TRUE(storage->insert({"logs", "0", ""}));
  std::unique_lock lock(tables_.mutex);
  EXPECT_TRUE(tables_.changed.wait_for(lock, std::chrono::seconds(20), [&] { return tables_.order.size() == 2; }));
}

TEST_F(Journaled, DocumentsGoBeforeTheRowsThatLeadToThem) {
  const auto storage = open();
  for (const char* table : {"spans", "documents", "logs"}) ASSERT_TRUE(storage->insert({table, "x", ""}));
  ASSERT_TRUE(storage->usage());
  ASSERT_EQ(tables_.order.size(), 3U);
  EXPECT_EQ(tables_.order[0], "documents");
}

TEST_F(Journaled, StoresWhatIsStagedWhenItStops) {
  {
    const auto storage = open();
    ASSERT_TRUE(storage->insert({"spans", "a", ""}));
  }
  EXPECT_EQ(tables_.text("spans"), "a");
  EXPECT_EQ(files(), 0U);
}

TEST_F(Journaled, WhatTheEngineDidNotTakeBeforeTheEndIsStoredByTheNextProcess) {
  tables_.refusals = 1'000'000;
  {
    const auto storage = open();
    ASSERT_TRUE(storage->insert({"spans", "a", ""}));
    ASSERT_TRUE(storage->insert({"logs", "b", ""}));
  }
  EXPECT_EQ(files(), 1U);
  tables_.refusals = 0;
  const auto storage = open();
  EXPECT_EQ(tables_.text("spans"), "a");
  EXPECT_EQ(tables_.text("logs"), "b");
  EXPECT_EQ(files(), 0U);
}

TEST_F(Journaled, AnEngineThatRefusesForAWhileGetsEverythingOnce) {
  tables_.refusals = 3;
  const auto storage = open();
  ASSERT_TRUE(storage->insert({"spans", "a", ""}));
  for (int i = 0; i < 2'000 && tables_.text("spans").empty(); ++i) {
    ASSERT_TRUE(storage->execute({"SELECT 1", {}})) << "a question is answered all the same";
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_EQ(tables_.text("spans"), "a");
}

TEST_F(Journaled, AnInsertWhoseAnswerGotLostIsNotDoubled) {
  tables_.lose_answers = true;
  const auto storage = open();
  ASSERT_TRUE(storage->insert({"spans", "a", ""}));
  ASSERT_TRUE(storage->execute({"SELECT 1", {}}));
  {
    const std::lock_guard lock(tables_.mutex);
    tables_.lose_answers = false;
  }
  for (int i = 0; i < 2'000 && files() > 0; ++i) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_EQ(files(), 0U);
  EXPECT_EQ(tables_.text("spans"), "a");
}

TEST_F(Journaled, RowsThatTheEngineNeverTakesCostNobodyElsesAndAreKept) {
  const auto storage = open();
  for (const char* rows : {"a", "poison", "b"}) ASSERT_TRUE(storage->insert({"spans", rows, ""}));
  ASSERT_TRUE(storage->execute({"SELECT 1", {}}));
  EXPECT_EQ(tables_.text("spans"), "ab");
  EXPECT_EQ(files(), 0U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(options_.directory / "refused"), {}), 1);
}

TEST_F(Journaled, WhileSomebodyAsksLittleIsGathered) {
  options_.asked_gather = milliseconds(5);
  const auto storage = open();
  ASSERT_TRUE(storage->execute({"SELECT 1", {}}));
  ASSERT_TRUE(storage->insert({"spans", "a", ""}));
  std::unique_lock lock(tables_.mutex);
  EXPECT_TRUE(tables_.changed.wait_for(lock, std::chrono::seconds(20), [&] { return !tables_.order.empty(); }))
      << "an hour is the time to gather when nobody asks";
}

TEST_F(Journaled, PastItsBoundWritersWaitAndAreRefused) {
  options_.staged_bytes = 100;
  tables_.refusals = 1'000'000;
  const auto storage = open();
  ASSERT_TRUE(storage->insert({"spans", std::string(100, 'x'), ""}));
  const auto refused = storage->insert({"spans", "y", ""});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  {
    const std::lock_guard lock(tables_.mutex);
    tables_.refusals = 0;
  }
  for (int i = 0; i < 2'000 && files() > 0; ++i) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_TRUE(storage->insert({"spans", "y", ""}));
}

TEST_F(Journaled, ADeadProcessesRowsThatWereNeverSentAreStored) {
  leave({"a", "b"});
  const auto storage = open();
  EXPECT_EQ(tables_.text("spans"), "ab");
  EXPECT_EQ(tables_.parts["spans"].size(), 1U);
}

TEST_F(Journaled, ADeadProcessesRowsThatWereSentAndArrivedAreNotDoubled) {
  tables_.parts["spans"] = {"old", "ab"};
  leave({"a", "b"}, {0, 2, 1});
  const auto storage = open();
  EXPECT_EQ(tables_.text("spans"), "oldab");
  EXPECT_EQ(files(), 0U);
}

TEST_F(Journaled, ADeadProcessesRowsThatWereSentAndDidNotArriveAreStored) {
  tables_.parts["spans"] = {"old"};
  leave({"a", "b"}, {0, 2, 1});
  const auto storage = open();
  EXPECT_EQ(tables_.text("spans"), "oldab");
}

TEST_F(Journaled, OfADeadProcessesRowsThatWereSentInPiecesTheRestIsStored) {
  tables_.parts["spans"] = {"old", "a"};
  leave({"a", "b", "c"}, {0, 1, 1});
  const auto storage = open();
  EXPECT_EQ(tables_.text("spans"), "oldabc");
}

TEST_F(Journaled, ACommitWhoseSyncFailedIsRefusedAndIsNotThere) {
  const auto storage = open();
  ASSERT_TRUE(storage->insert({"spans", "a", "1"}));
  bad_disk::sync_fails = true;
  const Insert commit[] = {{"spans", "b", "2"}, {"logs", "c", "3"}};
  const auto refused = storage->commit(commit);
  bad_disk::sync_fails = false;
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  for (int i = 0; i < 2'000 && files() > 0; ++i) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_EQ(tables_.text("spans"), "a");
  EXPECT_EQ(tables_.text("logs"), "");
  ASSERT_TRUE(storage->commit(commit)) << "who repeats it is taken as soon as the disk is well";
  ASSERT_TRUE(storage->execute({"SELECT 1", {}}));
  EXPECT_EQ(tables_.text("spans"), "ab");
  EXPECT_EQ(tables_.text("logs"), "c");
  EXPECT_EQ(files(), 0U);
}

TEST_F(Journaled, RowsWhoseNoteCannotBeSyncedWaitUntilItCan) {
  const auto storage = open();
  ASSERT_TRUE(storage->insert({"spans", "a", "1"}));
  bad_disk::sync_fails = true;
  EXPECT_TRUE(storage->execute({"SELECT 1", {}})) << "a question is answered all the same";
  EXPECT_EQ(tables_.text("spans"), "");
  bad_disk::sync_fails = false;
  for (int i = 0; i < 2'000 && files() > 0; ++i) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_EQ(tables_.text("spans"), "a");
}

TEST_F(Journaled, ACommitThatIsRepeatedIsStoredOnce) {
  const auto storage = open();
  const Insert commit[] = {{"spans", "a", "1"}, {"logs", "b", "1"}};
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(storage->commit(commit));
  const Insert more[] = {{"spans", "a", "1"}, {"logs", "c", "2"}};
  ASSERT_TRUE(storage->commit(more));
  ASSERT_TRUE(storage->execute({"SELECT 1", {}}));
  EXPECT_EQ(tables_.text("spans"), "a");
  EXPECT_EQ(tables_.text("logs"), "bc");
}

TEST_F(Journaled, RowsOfTwoPartitionsAreSentApart) {
  const auto storage = open();
  for (const auto& [rows, week] : {std::pair{"a", 1}, {"b", 1}, {"c", 2}, {"d", 1}})
    ASSERT_TRUE(storage->insert({"spans", rows, "", week}));
  ASSERT_TRUE(storage->execute({"SELECT 1", {}}));
  EXPECT_EQ(tables_.parts["spans"], (std::vector<std::string>{"ab", "c", "d"}));
}

TEST_F(Journaled, OfADeadProcessesRowsOfTwoPartitionsNeitherIsLost) {
  std::filesystem::create_directories(options_.directory);
  {
    const auto segment = JournalSegment::create(options_.directory / "0000000000000007.journal");
    ASSERT_TRUE(segment);
    const SegmentRows commit[] = {{"spans", "sunday", 1}, {"spans", "monday", 2}};
    ASSERT_TRUE((*segment)->append(commit));
    ASSERT_TRUE((*segment)->note_sending("spans", {0, 1, 1}));
  }
  tables_.parts["spans"] = {"old", "sunday"};
  const auto storage = open();
  EXPECT_EQ(tables_.text("spans"), "oldsundaymonday");
}

TEST_F(Journaled, ADirectoryThatCannotBeUsedIsSaidInOneLine) {
  options_.directory = "/dev/null/journal";
  const auto opened = open_journaled(std::make_unique<FakeEngine>(tables_), options_);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("/dev/null/journal"), std::string::npos);
}

}  // namespace
}  // namespace tetrascope
