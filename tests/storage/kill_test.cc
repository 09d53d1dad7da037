// What was acknowledged survives `kill -9` of whoever runs the engine; and one directory has one process.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "storage/chdb/chdb.h"
#include "storage/journal/journaled_storage.h"
#include "storage/native_block.h"
#include "storage/test_store.h"

namespace tetrascope {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kRows = 100;
constexpr std::string_view kTable =
    "CREATE TABLE IF NOT EXISTS t (n UInt64, s String) ENGINE = MergeTree ORDER BY n SETTINGS fsync_after_insert = 1, "
    "fsync_part_directory = 1, non_replicated_deduplication_window = 100";

std::uint64_t stored_rows(Storage& storage) {
  const auto rows = storage.execute({"SELECT toInt64(count()), toInt64(uniqExact(n)) FROM t", {}});
  if (!rows) ADD_FAILURE() << rows.error().message;
  if (!rows) return 0;
  EXPECT_EQ(rows->rows[0][0], rows->rows[0][1]) << "a row is there twice";
  return static_cast<std::uint64_t>(*rows->rows[0][0].as<std::int64_t>());
}

/// Tokens are each call's own, as the batcher's are each process's: the engine notes a token before its rows, so one
/// that was under way at the kill may be known without them. Inserts blocks of kRows one after another from `first` on,
/// until one fails. Says after each how many there are.
template <class Acknowledge>
void fill(Storage& storage, std::uint64_t first, Acknowledge acknowledge) {
  static int fills = 0;
  const std::string tokens = "fill-" + std::to_string(getpid()) + "-" + std::to_string(++fills) + "-";
  for (std::uint64_t block = first / kRows;; ++block) {
    if (!storage.insert({"t", numbered_block(block * kRows, kRows), tokens + std::to_string(block)})) return;
    acknowledge((block + 1) * kRows);
  }
}

std::filesystem::path this_program() { return std::filesystem::read_symlink("/proc/self/exe"); }

/// This program again, in another role; its standard output is `output`.
pid_t start_role(const char* role, const std::filesystem::path& directory, int& output) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  const std::string program = this_program().string();
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    execl(program.c_str(), program.c_str(), role, directory.c_str(), nullptr);
    _exit(127);
  }
  ::close(ends[1]);
  output = ends[0];
  return child;
}

class Kill : public ::testing::Test {
 protected:
  ~Kill() override { std::filesystem::remove_all(directory_); }
  std::filesystem::path directory_ = make_temporary_directory();
};

bool can_run(TestEngine engine) {
  const auto possible = possible_test_engines();
  return std::find(possible.begin(), possible.end(), engine) != possible.end();
}

Storage& storage_of(Storage& storage) { return storage; }
Storage& storage_of(TestStore& store) { return *store; }

/// Starts this program as `role`, which inserts until it is killed after `pause`, and opens what it leaves.
template <class Open>
void kill_and_count(const char* role, const std::filesystem::path& directory, std::chrono::milliseconds pause,
                    Open open, std::uint64_t& stored) {
  int output = -1;
  const pid_t child = start_role(role, directory, output);
  std::uint64_t acknowledged = 0;
  ASSERT_EQ(read(output, &acknowledged, sizeof acknowledged), ssize_t{sizeof acknowledged})
      << "the other process inserts nothing";
  std::this_thread::sleep_for(pause);
  kill(child, SIGKILL);
  while (read(output, &acknowledged, sizeof acknowledged) == ssize_t{sizeof acknowledged}) {
  }
  ::close(output);
  waitpid(child, nullptr, 0);

  const auto store = open();
  ASSERT_TRUE(store);
  const std::uint64_t now = stored_rows(storage_of(*store));
  EXPECT_GT(acknowledged, stored);
  EXPECT_GE(now, acknowledged);
  EXPECT_LE(now, acknowledged + kRows) << "more than the one insert that was under way";
  EXPECT_EQ(now % kRows, 0U) << "half an insert";
  stored = now;
}

TEST_F(Kill, OfTheProcessLosesNothingAcknowledged) {
  if (!can_run(TestEngine::kChdb)) GTEST_SKIP() << "the engine cannot be loaded into this build";
  std::uint64_t stored = 0;
  for (int round = 0; round < 4; ++round) {
    const auto open = [&] { return std::make_unique<TestStore>(TestEngine::kChdb, directory_); };
    kill_and_count("--fill", directory_, std::chrono::milliseconds(20 + 37 * round), open, stored);
  }
}

/// The journal gathers for 15 ms here, so that kills meet every stage of its work.
std::unique_ptr<Storage> open_with_journal(const std::filesystem::path& directory) {
  ChdbOptions engine;
  engine.data_dir = directory;
  auto chdb = open_chdb(engine);
  if (!chdb) return nullptr;
  JournalOptions options;
  options.directory = directory / "journal";
  options.gather = std::chrono::milliseconds(15);
  auto journaled = open_journaled(std::move(*chdb), options);
  return journaled ? std::move(*journaled) : nullptr;
}

TEST_F(Kill, BehindTheJournalLosesNothingAcknowledgedAndDoublesNothing) {
  if (!can_run(TestEngine::kChdb)) GTEST_SKIP() << "the engine cannot be loaded into this build";
  std::uint64_t stored = 0;
  for (int round = 0; round < 8; ++round) {
    const auto open = [&] { return open_with_journal(directory_); };
    kill_and_count("--fill-journal", directory_, std::chrono::milliseconds(3 + 17 * round), open, stored);
  }
}

TEST_F(Kill, OfTheServerLosesNothingAcknowledged) {
  if (!can_run(TestEngine::kServer)) GTEST_SKIP() << "TETRASCOPE_TEST_ENGINE asks for another engine";
  std::uint64_t stored = 0;
  for (int round = 0; round < 4; ++round) {
    std::uint64_t acknowledged = stored;
    {
      TestStore store(TestEngine::kServer, directory_);
      ASSERT_TRUE(store->change_schema(kTable));
      std::thread killer([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(150 + 61 * round));
        store.kill_server();
      });
      fill(*store, stored, [&](std::uint64_t rows) { acknowledged = rows; });
      killer.join();
    }
    TestStore store(TestEngine::kServer, directory_);
    const std::uint64_t now = stored_rows(*store);
    EXPECT_GT(acknowledged, stored);
    EXPECT_GE(now, acknowledged);
    EXPECT_LE(now, acknowledged + kRows);
    EXPECT_EQ(now % kRows, 0U);
    stored = now;
  }
}

class DataDirectory : public Kill {
 protected:
  void SetUp() override {
    if (!can_run(TestEngine::kChdb)) GTEST_SKIP() << "the engine cannot be loaded into this build";
  }
  static std::string refusal(const std::filesystem::path& directory) {
    ChdbOptions options;
    options.data_dir = directory;
    const auto opened = open_chdb(options);
    return opened ? "" : opened.error().message;
  }
};

TEST_F(DataDirectory, TakenByAnotherProcessIsRefusedInOneLine) {
  int output = -1;
  const pid_t child = start_role("--fill", directory_, output);
  std::uint64_t acknowledged = 0;
  ASSERT_EQ(read(output, &acknowledged, sizeof acknowledged), ssize_t{sizeof acknowledged});
  const std::string message = refusal(directory_);
  EXPECT_THAT(message, HasSubstr(directory_.string()));
  EXPECT_THAT(message, HasSubstr("in use by process " + std::to_string(child)));
  EXPECT_EQ(message.find('\n'), std::string::npos);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  ::close(output);
  EXPECT_EQ(refusal(directory_), "") << "a killed process holds nothing";
}

TEST_F(DataDirectory, ThatCannotBeWrittenIsRefusedInOneLine) {
  for (const char* path : {"/proc/tetrascope", "/dev/null/tetrascope"}) {
    const std::string message = refusal(path);
    EXPECT_THAT(message, HasSubstr(path));
    EXPECT_THAT(message, HasSubstr("cannot write"));
    EXPECT_EQ(message.find('\n'), std::string::npos);
  }
  EXPECT_THAT(refusal("relative"), HasSubstr("absolute"));
}

TEST_F(DataDirectory, HoldsEverythingThatIsWritten) {
  const std::filesystem::path before = std::filesystem::current_path();
  const std::filesystem::path elsewhere = make_temporary_directory();
  std::filesystem::current_path(elsewhere);
  {
    TestStore store(TestEngine::kChdb, directory_);
    ASSERT_TRUE(store->change_schema(kTable));
    ASSERT_TRUE(store->insert({"t", numbered_block(0, 10), "a"}));
    EXPECT_EQ(stored_rows(*store), 10U);
  }
  EXPECT_TRUE(std::filesystem::is_empty(elsewhere));
  std::filesystem::current_path(before);
  std::filesystem::remove_all(elsewhere);
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    EXPECT_THAT(entry.path().filename().string(), ::testing::AnyOf("lock", "store"));
  }
}

int fill_for_ever(const char* directory) {
  TestStore store(TestEngine::kChdb, directory);
  if (!store->change_schema(kTable)) return 1;
  fill(*store, stored_rows(*store), [](std::uint64_t rows) {
    if (write(STDOUT_FILENO, &rows, sizeof rows) != ssize_t{sizeof rows}) _exit(1);
  });
  return 1;
}

int fill_journal_for_ever(const char* directory) {
  const auto storage = open_with_journal(directory);
  if (!storage || !storage->change_schema(kTable)) return 1;
  fill(*storage, stored_rows(*storage), [](std::uint64_t rows) {
    if (write(STDOUT_FILENO, &rows, sizeof rows) != ssize_t{sizeof rows}) _exit(1);
  });
  return 1;
}

}  // namespace
}  // namespace tetrascope

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--fill") return tetrascope::fill_for_ever(argv[2]);
  if (argc == 3 && std::string_view(argv[1]) == "--fill-journal") return tetrascope::fill_journal_for_ever(argv[2]);
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
