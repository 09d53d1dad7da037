// The sender's counts are half of every figure: what it calls acknowledged must have been.

#include "replay/replay.h"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <set>

#include "base/inflate.h"
#include "data/protobuf.h"
#include "net/http_server.h"

namespace tetrascope::bench {
namespace {

constexpr std::uint64_t kNanos = 1'000'000'000;
constexpr std::size_t kBodies = 20;
constexpr std::size_t kRecords = 10;

class ReplayTest : public testing::Test {
 protected:
  ReplayTest() {
    std::string name = (std::filesystem::temp_directory_path() / "tetrascope-replay-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    path_ = (folder_ / "test.bodies").string();
    router_.add({"test",
                 {"/"},
                 {{"POST", "/v1/traces", [this](Request&& request, Respond respond) { respond(answer(request)); }}},
                 {}});
    options_.to = server_.start({"127.0.0.1", 0})->text();
    options_.begin = 1000;
    write_bodies();
  }
  ~ReplayTest() override {
    server_.stop(std::chrono::seconds(1));
    std::filesystem::remove_all(folder_);
  }

  /// Each body: an id of its own, a time of 100 s after the first, and its place.
  void write_bodies() {
    auto writer = BodyFileWriter::create(path_, {false, "/v1/traces", {{"X-Kind", "test"}}, "spans", 100, 3600});
    ASSERT_TRUE(writer);
    for (std::size_t i = 0; i < kBodies; ++i) {
      MarkedBytes body;
      body.add_marked(raw_view(std::uint64_t{i}), MarkKind::kIdBytes);
      body.add_marked(raw_view(std::uint64_t{200 * kNanos}), MarkKind::kNanosBytes);
      body.add(static_cast<char>(i));
      ASSERT_TRUE(writer->add(body, kRecords));
    }
    ASSERT_TRUE(writer->close());
  }

  Response answer(const Request& request) {
    const std::lock_guard lock(mutex_);
    if (refusals_ > 0) {
      --refusals_;
      return {503, {}, "later"};
    }
    std::string body = request.body;
    EXPECT_TRUE(inflate(request.headers.get("Content-Encoding"), request.body, 1000, body));
    bodies_.insert(body);
    if (request.headers.get("X-Kind") == "test" && request.headers.get("X-More") == "yes") ++with_headers_;
    return {status_, {}, text_};
  }

  Tally run() {
    auto file = BodyFile::read(path_);
    EXPECT_TRUE(file);
    auto tally = replay(*file, options_);
    EXPECT_TRUE(tally);
    return *tally;
  }

  static std::uint64_t number_at(const std::string& body, std::size_t offset) {
    std::uint64_t value = 0;
    std::memcpy(&value, body.data() + offset, sizeof value);
    return value;
  }

  std::filesystem::path folder_;
  std::string path_;
  std::mutex mutex_;
  std::multiset<std::string> bodies_;
  std::size_t refusals_ = 0, with_headers_ = 0;
  int status_ = 200;
  std::string text_;
  Router router_;
  WorkerPool workers_{2, 64};
  HttpServer server_{router_, workers_};
  ReplayOptions options_;
};

TEST_F(ReplayTest, SendsEveryBodyOnceARoundWithIdsAndTimesOfItsOwn) {
  options_.rounds = 3;
  options_.connections = 4;
  options_.headers = {"X-More: yes"};
  const Tally tally = run();
  EXPECT_EQ(tally.acknowledged, 3 * kBodies * kRecords);
  EXPECT_EQ(tally.requests, 3 * kBodies);
  EXPECT_EQ(tally.refused + tally.failed + tally.rejected, 0U);
  EXPECT_EQ(tally.milliseconds.size(), 3 * kBodies);
  EXPECT_EQ(bodies_.size(), 3 * kBodies);
  EXPECT_EQ(with_headers_, 3 * kBodies);
  std::set<std::uint64_t> ids;
  std::multiset<std::uint64_t> times;
  for (const std::string& body : bodies_) ids.insert(number_at(body, 0)), times.insert(number_at(body, 8));
  EXPECT_EQ(ids.size(), 3 * kBodies);
  for (const std::uint64_t second : {1100U, 4700U, 8300U}) EXPECT_EQ(times.count(second * kNanos), kBodies) << second;
}

TEST_F(ReplayTest, CompressesWhenAsked) {
  options_.gzip = true;
  EXPECT_EQ(run().acknowledged, kBodies * kRecords);
  EXPECT_EQ(bodies_.size(), kBodies);
  EXPECT_EQ(bodies_.begin()->size(), 17U);
}

TEST_F(ReplayTest, SendsAgainWhatWasRefusedForNowAndCountsIt) {
  refusals_ = 3;
  const Tally tally = run();
  EXPECT_EQ(tally.acknowledged, kBodies * kRecords);
  EXPECT_EQ(tally.refused, 3U);
  EXPECT_EQ(bodies_.size(), kBodies);
}

TEST_F(ReplayTest, CountsAsAcknowledgedOnlyWhatWas) {
  status_ = 400;
  text_ = "no such thing";
  const Tally tally = run();
  EXPECT_EQ(tally.acknowledged, 0U);
  EXPECT_EQ(tally.failed, kBodies * kRecords);
  EXPECT_EQ(tally.first_failure, "400: no such thing");
}

TEST_F(ReplayTest, BelievesAPartialSuccess) {
  MarkedBytes partial, response;
  add_number(partial, 1, 3);
  add_message(response, 1, partial);
  text_ = response.bytes();
  const Tally tally = run();
  EXPECT_EQ(tally.rejected, 3 * kBodies);
  EXPECT_EQ(tally.acknowledged, (kRecords - 3) * kBodies);
}

TEST_F(ReplayTest, KeepsTheRate) {
  options_.per_second = 1000;  // 200 records
  const Tally tally = run();
  EXPECT_GT(tally.seconds, 0.18);
  EXPECT_EQ(tally.acknowledged, kBodies * kRecords);
}

TEST_F(ReplayTest, GivesUpWhenNobodyListens) {
  server_.stop(std::chrono::seconds(1));
  options_.patience_seconds = 0;
  const Tally tally = run();
  EXPECT_EQ(tally.failed, kBodies * kRecords);
  EXPECT_THAT(tally.first_failure, testing::HasSubstr("refused"));
}

TEST_F(ReplayTest, AFileWithoutItsEndIsRefused) {
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 1);
  const auto file = BodyFile::read(path_);
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().message, testing::HasSubstr("end is missing"));
}

}  // namespace
}  // namespace tetrascope::bench
