#include "control/sqlite/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "control/sqlite/connection.h"

namespace tetrascope {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = ControlWrite::Kind;

class SqliteStoreTest : public ::testing::Test {
 protected:
  SqliteStoreTest() {
    std::string name = (std::filesystem::temp_directory_path() / "tetrascope-control-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    open();
  }
  ~SqliteStoreTest() override { std::filesystem::remove_all(directory_); }

  void open() {
    store.reset();
    auto opened = open_sqlite_store(file());
    if (!opened) FAIL() << opened.error().message;
    store = std::move(*opened);
  }
  [[nodiscard]] std::filesystem::path file() const { return directory_ / "control.sqlite"; }
  std::string json(const std::string& space, const std::string& key) {
    const auto found = store->get(space, key);
    if (!found) return "error: " + found.error().message;
    return *found ? (*found)->json : "absent";
  }
  std::vector<std::string> keys(const std::string& prefix, const std::string& after = "", std::size_t limit = 100) {
    std::vector<std::string> names;
    const auto found = store->list("s", prefix, after, limit);
    if (!found) return {"error: " + found.error().message};
    for (const ControlDocument& document : *found) names.push_back(document.key);
    return names;
  }

  std::unique_ptr<ControlStore> store;

 private:
  std::filesystem::path directory_;
};

TEST_F(SqliteStoreTest, KeepsDocumentsBySpaceAndKey) {
  ASSERT_TRUE(store->put("a", "k", R"({"n":1})"));
  ASSERT_TRUE(store->put("b", "k", R"("text")"));
  EXPECT_EQ(json("a", "k"), R"({"n":1})");
  EXPECT_EQ(json("b", "k"), R"("text")");
  EXPECT_EQ(json("c", "k"), "absent");
  ASSERT_TRUE(store->put("a", "k", "2"));
  EXPECT_EQ(json("a", "k"), "2");
  ASSERT_TRUE(store->remove("a", "k"));
  EXPECT_EQ(json("a", "k"), "absent");
  EXPECT_EQ(json("b", "k"), R"("text")");
  EXPECT_TRUE(store->remove("a", "k")) << "nothing to remove is no error";
}

TEST_F(SqliteStoreTest, KeysMayHoldAnyBytes) {
  const std::vector<std::string> hard = {"it's", "%_", "日本", std::string("a\0b", 3), "\xff\xfe", "a/b.c"};
  for (const std::string& key : hard) ASSERT_TRUE(store->put("s", key, "1")) << key;
  for (const std::string& key : hard) EXPECT_EQ(json("s", key), "1") << key;
  EXPECT_EQ(keys("").size(), hard.size());
  EXPECT_THAT(keys("\xff"), ElementsAre("\xff\xfe"));
}

TEST_F(SqliteStoreTest, RefusesWhatIsNoDocument) {
  struct Case {
    std::string key, json;
    ErrorCode want;
  };
  const std::vector<Case> table = {
      {"", "1", ErrorCode::kInvalid},    {std::string(kMaxControlKey + 1, 'k'), "1", ErrorCode::kInvalid},
      {"k", "", ErrorCode::kInvalid},    {"k", "{", ErrorCode::kInvalid},
      {"k", "1 2", ErrorCode::kInvalid}, {"k", '"' + std::string(kMaxControlDocument, 'x') + '"', ErrorCode::kTooLarge},
  };
  for (const Case& c : table) {
    const auto put = store->put("s", c.key, c.json);
    ASSERT_FALSE(put) << c.key.substr(0, 20) << " " << c.json.substr(0, 20);
    EXPECT_EQ(put.error().code, c.want) << put.error().message;
  }
  EXPECT_THAT(keys(""), ElementsAre());
  EXPECT_TRUE(store->put("s", std::string(kMaxControlKey, 'k'), "1"));
}

TEST_F(SqliteStoreTest, ExpectedVersionsKeepWritersApart) {
  const auto first = store->put("s", "k", "1", ControlWrite::kAbsent);
  ASSERT_TRUE(first);
  const auto again = store->put("s", "k", "2", ControlWrite::kAbsent);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
  const auto second = store->put("s", "k", "2", *first);
  ASSERT_TRUE(second);
  EXPECT_GT(*second, *first);
  EXPECT_EQ(store->put("s", "k", "3", *first).error().code, ErrorCode::kConflict);
  EXPECT_EQ(store->remove("s", "k", *first).error().code, ErrorCode::kConflict);
  EXPECT_EQ(json("s", "k"), "2");
  EXPECT_EQ((*store->get("s", "k"))->version, *second);

  ASSERT_TRUE(store->remove("s", "k", *second));
  const auto reborn = store->put("s", "k", "4");
  ASSERT_TRUE(reborn);
  EXPECT_GT(*reborn, *second) << "a version never comes back";
}

TEST_F(SqliteStoreTest, ACommitIsAllOrNothing) {
  ASSERT_TRUE(store->put("s", "a", "1"));
  const std::vector<ControlWrite> conflicting = {{Kind::kPut, "s", "b", "1", {}}, {Kind::kPut, "s", "a", "2", 999}};
  EXPECT_EQ(store->commit(conflicting).error().code, ErrorCode::kConflict);
  const std::vector<ControlWrite> no_json = {{Kind::kRemove, "s", "a", "", {}}, {Kind::kPut, "s", "b", "{", {}}};
  EXPECT_EQ(store->commit(no_json).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(json("s", "a"), "1");
  EXPECT_EQ(json("s", "b"), "absent");

  const std::int64_t a = (*store->get("s", "a"))->version;
  const std::vector<ControlWrite> good = {{Kind::kExpect, "s", "a", "", a},
                                          {Kind::kPut, "s", "b", "1", ControlWrite::kAbsent},
                                          {Kind::kPut, "t", "c", "2", {}}};
  const auto version = store->commit(good);
  ASSERT_TRUE(version);
  EXPECT_EQ((*store->get("s", "a"))->version, a) << "an expectation writes nothing";
  EXPECT_EQ((*store->get("s", "b"))->version, *version);
  EXPECT_EQ((*store->get("t", "c"))->version, *version);
  const std::vector<ControlWrite> late = {{Kind::kExpect, "s", "b", "", ControlWrite::kAbsent},
                                          {Kind::kPut, "s", "d", "1", {}}};
  EXPECT_EQ(store->commit(late).error().code, ErrorCode::kConflict);
}

TEST_F(SqliteStoreTest, ListsByPrefixInPages) {
  for (const char* key : {"q/3", "q/1", "q/2", "q", "r/1", "p/1"}) ASSERT_TRUE(store->put("s", key, "1"));
  ASSERT_TRUE(store->put("other", "q/4", "1"));
  EXPECT_THAT(keys(""), ElementsAre("p/1", "q", "q/1", "q/2", "q/3", "r/1"));
  EXPECT_THAT(keys("q/"), ElementsAre("q/1", "q/2", "q/3"));
  EXPECT_THAT(keys("q/", "", 2), ElementsAre("q/1", "q/2"));
  EXPECT_THAT(keys("q/", "q/2", 2), ElementsAre("q/3"));
  EXPECT_THAT(keys("q/", "q/3", 2), ElementsAre());
  EXPECT_THAT(keys("z"), ElementsAre());
}

TEST_F(SqliteStoreTest, CountersAreGivenOutInBlocksOnce) {
  EXPECT_EQ(store->allocate("items", 10), 1);
  EXPECT_EQ(store->allocate("items", 1), 11);
  EXPECT_EQ(store->allocate("other", 5), 1);
  EXPECT_EQ(store->allocate("items", 0).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(store->allocate("", 1).error().code, ErrorCode::kInvalid);
  open();
  EXPECT_EQ(store->allocate("items", 1), 12);
}

TEST_F(SqliteStoreTest, ACopyTakesThePlaceOfWhatThereIsAndCountersNeverGoBack) {
  ASSERT_TRUE(store->put("s", "a", "1"));
  ASSERT_EQ(store->allocate("items", 10), 1);
  const auto copy = file().string() + ".copy";
  ASSERT_TRUE(store->copy_to(copy));
  ASSERT_TRUE(store->put("s", "a", "2"));
  ASSERT_TRUE(store->put("s", "b", "3"));
  ASSERT_EQ(store->allocate("items", 5), 11);
  ASSERT_TRUE(store->replace_by(copy));
  EXPECT_EQ(json("s", "a"), "1");
  EXPECT_EQ(json("s", "b"), "absent");
  EXPECT_EQ(store->allocate("items", 1), 16);
  ASSERT_TRUE(store->replace_by(copy)) << "a second time";
  ASSERT_TRUE(store->copy_to(copy)) << "over an earlier one";
  ASSERT_TRUE(store->put("s", "c", "4"));
  EXPECT_EQ(store->replace_by(file().string() + ".no-such").error().code, ErrorCode::kInvalid);
  std::ofstream(copy, std::ios::binary) << "this is no database, whatever its name says, and it is long enough";
  EXPECT_FALSE(store->replace_by(copy));
  EXPECT_EQ(json("s", "c"), "4");
  const auto broken = store->check(10);
  ASSERT_TRUE(broken);
  EXPECT_TRUE(broken->empty());
}

TEST_F(SqliteStoreTest, TwoThreadsLoseNoUpdate) {
  ASSERT_TRUE(store->put("s", "n", "0"));
  constexpr int kTimes = 100;
  std::atomic<std::int64_t> numbers = 0;
  const auto add = [&] {
    for (int i = 0; i < kTimes; ++i) {
      for (;;) {
        const auto found = store->get("s", "n");
        ASSERT_TRUE(found && *found);
        const auto put = store->put("s", "n", std::to_string(std::stoi((*found)->json) + 1), (*found)->version);
        if (put) break;
        ASSERT_EQ(put.error().code, ErrorCode::kConflict);
      }
      numbers += *store->allocate("n", 1);
    }
  };
  std::thread other(add);
  add();
  other.join();
  EXPECT_EQ(json("s", "n"), std::to_string(2 * kTimes));
  EXPECT_EQ(numbers, std::int64_t{kTimes} * (std::int64_t{2} * kTimes + 1)) << "every number was given out once";
}

TEST_F(SqliteStoreTest, WhatWasAnsweredSurvivesAKill) {
  store.reset();
  int answered[2];
  ASSERT_EQ(pipe(answered), 0);
  const pid_t child = fork();
  if (child == 0) {
    auto opened = open_sqlite_store(file());
    for (int i = 0; opened; ++i) {
      if (!(*opened)->put("s", "k" + std::to_string(i), std::to_string(i))) break;
      if (write(answered[1], &i, sizeof i) != sizeof i) break;
    }
    _exit(1);
  }
  close(answered[1]);
  int last = -1;
  while (last < 20 && read(answered[0], &last, sizeof last) == sizeof last) {
  }
  kill(child, SIGKILL);
  while (read(answered[0], &last, sizeof last) == sizeof last) {
  }
  close(answered[0]);
  waitpid(child, nullptr, 0);
  ASSERT_GE(last, 20);
  open();
  for (int i = 0; i <= last; ++i) EXPECT_EQ(json("s", "k" + std::to_string(i)), std::to_string(i));
}

TEST_F(SqliteStoreTest, ANewerFileIsRefused) {
  store.reset();
  ASSERT_TRUE((*SqliteConnection::open(file(), true))->run("PRAGMA user_version = 7"));
  const auto refused = open_sqlite_store(file());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(refused.error().message, HasSubstr("schema 7, this one knows 1"));
}

TEST_F(SqliteStoreTest, WhatIsNoDatabaseIsOneLine) {
  for (const std::string& path : {file().string() + ".text", std::string("/nonexistent/control.sqlite")}) {
    std::ofstream(path) << std::string(4096, 'x');
    const auto refused = open_sqlite_store(path);
    ASSERT_FALSE(refused) << path;
    EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
    EXPECT_THAT(refused.error().message, HasSubstr(path));
    EXPECT_EQ(refused.error().message.find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace tetrascope
