#include "ingest/batcher.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>
#include <thread>

namespace tetrascope {
namespace {

/// Keeps what was inserted; refuses when told to. Blocks whose bytes hold `poison` are never taken.
class FakeStorage : public Storage {
 public:
  Result<void> insert(const Insert& rows) override {
    std::unique_lock lock(mutex_);
    released_.wait(lock, [this] { return !held_; });
    if (refusals_ > 0) {
      --refusals_;
      return fail(ErrorCode::kUnavailable, "not now");
    }
    if (rows.native.find("poison") != std::string_view::npos) return fail(ErrorCode::kInvalid, "not these");
    tables_[std::string(rows.table)].emplace_back(rows.native);
    return {};
  }
  Result<void> commit(std::span<const Insert> inserts) override {
    for (const Insert& rows : inserts) partitions_[std::string(rows.table)].push_back(rows.partition);
    return Storage::commit(inserts);
  }
  Result<Rows> execute(const Statement& /*statement*/, const QueryBounds& /*bounds*/) override { return Rows{}; }
  Result<Usage> usage() override { return Usage{}; }

  void refuse(int times) { refusals_ = times; }
  /// Inserts wait until release().
  void hold() { held_ = true; }
  void release() {
    const std::unique_lock lock(mutex_);
    held_ = false;
    released_.notify_all();
  }
  [[nodiscard]] std::size_t inserts(const std::string& table) {
    const std::unique_lock lock(mutex_);
    return tables_[table].size();
  }
  /// Of a table's inserts, commit by commit.
  [[nodiscard]] std::vector<std::int64_t> partitions(const std::string& table) {
    const std::unique_lock lock(mutex_);
    return partitions_[table];
  }
  [[nodiscard]] bool holds(const std::string& table, std::string_view text) {
    const std::unique_lock lock(mutex_);
    for (const auto& block : tables_[table]) {
      if (block.find(text) != std::string::npos) return true;
    }
    return false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable released_;
  bool held_ = false;
  int refusals_ = 0;
  std::map<std::string, std::vector<std::string>> tables_;
  std::map<std::string, std::vector<std::int64_t>> partitions_;
};

void add_document(Batch& batch, std::string_view text, UnixNanos received = {2}) {
  batch.documents.origin.add({1}, {"test", "default", "tests", "service", "{}", "{}", received});
  batch.documents.trace.add({}, {});
  batch.documents.time.add(1);
  batch.documents.kind.add("test");
  batch.documents.key.add("key");
  batch.documents.document.add(text);
}

/// What a caller was told, once it was told.
std::future<Result<void>> write(Batcher& batcher, std::string text) {
  auto promise = std::make_shared<std::promise<Result<void>>>();
  auto future = promise->get_future();
  const auto accepted = batcher.write(
      [&](Batch& batch) -> Result<void> {
        add_document(batch, text);
        return {};
      },
      [promise](const Result<void>& done) { promise->set_value(done); });
  if (!accepted) promise->set_value(accepted);
  return future;
}

TEST(Batcher, AnswersAfterTheRowsAreStored) {
  FakeStorage storage;
  FieldCatalogue fields;
  AttributeLayouts layouts;
  Batcher batcher(storage, fields, layouts);
  EXPECT_TRUE(write(batcher, "first row").get());
  EXPECT_TRUE(storage.holds("documents", "first row"));
}

TEST(Batcher, RowsOfAFailedDecodeAreTakenBack) {
  FakeStorage storage;
  FieldCatalogue fields;
  AttributeLayouts layouts;
  Batcher batcher(storage, fields, layouts);
  const auto refused = batcher.write(
      [](Batch& batch) -> Result<void> {
        add_document(batch, "half a request");
        batch.documents.time.add(7);  // and one column got ahead
        return fail(ErrorCode::kMalformed, "ends early");
      },
      [](const Result<void>&) { FAIL() << "nobody waits for this"; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kMalformed);
  EXPECT_TRUE(write(batcher, "whole request").get());
  EXPECT_FALSE(storage.holds("documents", "half a request"));
  EXPECT_TRUE(storage.holds("documents", "whole request"));
}

TEST(Batcher, AForgottenColumnFailsItsOwnRequestOnly) {
  FakeStorage storage;
  FieldCatalogue fields;
  AttributeLayouts layouts;
  Batcher batcher(storage, fields, layouts);
  const auto refused = batcher.write(
      [](Batch& batch) -> Result<void> {
        batch.documents.time.add(7);
        return {};
      },
      [](const Result<void>&) {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInternal);
  EXPECT_TRUE(write(batcher, "good").get());
}

TEST(Batcher, ManyCallersShareCommits) {
  FakeStorage storage;
  FieldCatalogue fields;
  AttributeLayouts layouts;
  Batcher batcher(storage, fields, layouts);
  std::atomic<int> stored = 0;
  std::vector<std::thread> clients;
  for (int client = 0; client < 8; ++client) {
    clients.emplace_back([&, client] {
      for (int i = 0; i < 50; ++i) stored += write(batcher, std::to_string(client)).get().has_value() ? 1 : 0;
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(stored, 400);
  EXPECT_EQ(batcher.counters().rows, 400U);
  EXPECT_EQ(batcher.counters().pending_rows, 0U);
  EXPECT_LT(storage.inserts("documents"), 400U);
}

TEST(Batcher, ARefusalForNowIsRepeated) {
  FakeStorage storage;
  FieldCatalogue fields;
  AttributeLayouts layouts;
  Batcher batcher(storage, fields, layouts);
  storage.refuse(2);
  EXPECT_TRUE(write(batcher, "patient").get());
  EXPECT_EQ(storage.inserts("documents"), 1U);
}

TEST(Batcher, AStoreThatStaysAwayIsTheRetryableAnswer) {
  FakeStorage storage;
  FieldCatalogue fields;
  AttributeLayouts layouts;
  BatcherLimits limits;
  limits.retry_for = std::chrono::milliseconds{50};
  Batcher batcher(storage, fields, layouts, limits);
  storage.refuse(1000);
  const auto answer = write(batcher, "unlucky").get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
}

TEST(Batcher, OnlyTheCulpritsRowsFail) {
  FakeStorage storage;
  FieldCatalogue fields;
  AttributeLayouts layouts;
  BatcherLimits limits;
  limits.gather = std::chrono::milliseconds{200};
  Batcher batcher(storage, fields, layouts, limits);
  // The first commit carries two callers, so that the second waits for two.
  auto warm = std::async([&] { return write(batcher, "warm").get().has_value(); });
  EXPECT_TRUE(write(batcher, "up").get());
  EXPECT_TRUE(warm.get());
  auto bad = std::async([&] { return write(batcher, "poison").get(); });
  auto good = std::async([&] { return write(batcher, "innocent").get(); });
  const auto bad_answer = bad.get();
  ASSERT_FALSE(bad_answer);
  EXPECT_EQ(bad_answer.error().code, ErrorCode::kInvalid);
  EXPECT_TRUE(good.get());
  EXPECT_TRUE(storage.holds("documents", "innocent"));
}

TEST(Batcher, RowsThatArrivedInTwoWeeksAreTwoInserts) {
  constexpr std::int64_t kMonday = 20'416 * std::int64_t{86'400'000'000'000};
  FakeStorage storage;
  FieldCatalogue fields;
  AttributeLayouts layouts;
  Batcher batcher(storage, fields, layouts);
  auto promise = std::make_shared<std::promise<Result<void>>>();
  ASSERT_TRUE(batcher.write(
      [](Batch& batch) -> Result<void> {
        for (const std::int64_t after : {-2, -1, 0, 1, -1}) add_document(batch, "row", {kMonday + after});
        return {};
      },
      [promise](const Result<void>& done) { promise->set_value(done); }));
  EXPECT_TRUE(promise->get_future().get());
  const std::int64_t week = week_of_arrival({kMonday});
  EXPECT_EQ(storage.partitions("documents"), (std::vector{week - 1, week}));
  EXPECT_EQ(storage.inserts("documents"), 2U);
}

TEST(Batcher, AFullBatchRefusesBeforeItDecodes) {
  FakeStorage storage;
  FieldCatalogue fields;
  AttributeLayouts layouts;
  BatcherLimits limits;
  limits.pending_rows = 1;
  Batcher batcher(storage, fields, layouts, limits);
  storage.hold();
  auto first = write(batcher, "fills it");
  bool decoded = false;
  const auto refused = batcher.write(
      [&](Batch&) -> Result<void> {
        decoded = true;
        return {};
      },
      [](const Result<void>&) {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(decoded);
  storage.release();
  EXPECT_TRUE(first.get());
}

TEST(Batcher, StopCommitsWhatWasAccepted) {
  FakeStorage storage;
  FieldCatalogue fields;
  AttributeLayouts layouts;
  Batcher batcher(storage, fields, layouts);
  auto accepted = write(batcher, "last words");
  batcher.stop();
  EXPECT_TRUE(accepted.get());
  EXPECT_TRUE(storage.holds("documents", "last words"));
  const auto late = write(batcher, "too late").get();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kUnavailable);
}

TEST(Batcher, FieldsAreStoredBeforeTheRowsThatShowThem) {
  FakeStorage storage;
  FieldCatalogue fields;
  AttributeLayouts layouts;
  Batcher batcher(storage, fields, layouts);
  auto promise = std::make_shared<std::promise<Result<void>>>();
  ASSERT_TRUE(batcher.write(
      [](Batch& batch) -> Result<void> {
        add_document(batch, "with a field");
        batch.fields.logs.push_back({"default", "shop", FieldLevel::kResource, "host.name", FieldType::kString});
        return {};
      },
      [promise](const Result<void>& done) { promise->set_value(done); }));
  EXPECT_TRUE(promise->get_future().get());
  EXPECT_TRUE(storage.holds("fields", "host.name"));
  EXPECT_TRUE(
      fields.types(Signal::kLogs, "default", "shop", FieldLevel::kResource, "host.name").has(FieldType::kString));
}

}  // namespace
}  // namespace tetrascope
