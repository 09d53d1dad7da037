// Rollbar where the network is bad, and what never leaves the process.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <nlohmann/json.hpp>

#include "rollbar/scrub.h"
#include "test_server.h"
#include "tetrascope/kit/diagnostics.h"
#include "tetrascope/kit/rollbar.h"

namespace tetrascope::kit {
namespace {

using test::Received;
using test::Reply;
using test::TestServer;

class Said {
 public:
  Said() {
    set_diagnostics([this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      lines_.emplace_back(line);
    });
  }
  ~Said() { set_diagnostics(nullptr); }
  std::size_t count(std::string_view part) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count_if(
        lines_.begin(), lines_.end(), [&](const auto& line) { return line.find(part) != std::string::npos; }));
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

RollbarOptions to(const std::string& url) {
  RollbarOptions options;
  options.access_token = "hunter2token";
  options.environment = "test";
  options.endpoint = url + "/api/1/item/";
  return options;
}

std::string nowhere() { return "http://127.0.0.1:" + std::to_string(test::dead_port()); }

TEST(Scrub, BodiesLoseTheValuesOfSecretNames) {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""},
      {"hello", "hello"},
      {"a=1&password=hunter2&b=2", "a=1&password=*****&b=2"},
      {"a=1&pass%77ord=hunter2", "a=1&pass%77ord=*****"},
      {R"({"handle":"andrew","Password":"hunter2"})", R"({"Password":"*****","handle":"andrew"})"},
      {R"( [{"user":{"api_key":["hunter2"],"n":1}}] )", R"([{"user":{"api_key":"*****","n":1}}])"},
      {R"({"password":"hunter2)", "*****"},          // cut short
      {R"({"text":"cut sh)", R"({"text":"cut sh)"},  // the same without a secret
      {"--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nhunter2", "*****"},
      {std::string(1'000, '[') + R"({"token":"hunter2"})" + std::string(1'000, ']'), "*****"},  // too deep to read
      {R"("a text = with a password")", "*****"},
  };
  for (const auto& [in, out] : cases) EXPECT_EQ(scrub_body(RollbarOptions(), in), out) << in;
}

TEST(Scrub, TheWholeItemHoldsNoSecret) {
  TestServer server;
  Rollbar rollbar(to(server.url()));
  RollbarRequest request;
  request.url = "http://backend/login?session_id=hunter3";
  request.method = "POST";
  request.query_string = "session_id=hunter3";
  request.body = R"({"password":"hunter3"})";
  request.headers = {{"Cookie", "hunter3"}, {"X-Honeycomb-Team", "hunter3"}};
  request.params = {{"Secret_Question", "hunter3"}};
  {
    const RollbarScope about("/login", request);
    rollbar.message(RollbarLevel::kError, "m", {{"apiKey", "hunter3"}, {"kept", "this"}});
  }
  ASSERT_TRUE(rollbar.flush());
  const auto all = server.received();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].body.find("hunter3"), std::string::npos) << all[0].body;
  EXPECT_NE(all[0].body.find("this"), std::string::npos);
}

TEST(RollbarWeather, AnswersDecideWhatIsTriedAgain) {
  struct Case {
    Reply first;
    std::uint64_t sent, failed, limited;
    std::string said;
  };
  const Case cases[] = {{{500, {}, "", 0, -1}, 1, 0, 0, ""},         {{503, {}, "", 0, -1}, 1, 0, 0, ""},
                        {{200, {}, "{}", 0, 20}, 1, 0, 0, ""},  // closed in the midst of the answer
                        {{400, {}, "", 0, -1}, 0, 1, 0, "HTTP 400"}, {{403, {}, "", 0, -1}, 0, 1, 0, "HTTP 403"},
                        {{413, {}, "", 0, -1}, 0, 1, 0, "HTTP 413"}, {{429, {}, "", 0, -1}, 0, 0, 1, ""}};
  for (const Case& each : cases) {
    Said said;
    std::atomic<int> count{0};
    TestServer server([&](const Received&) { return count++ == 0 ? each.first : Reply(); });
    Rollbar rollbar(to(server.url()));
    rollbar.message(RollbarLevel::kError, "m");
    ASSERT_TRUE(rollbar.flush());
    const RollbarStats stats = rollbar.stats();
    EXPECT_EQ(stats.sent, each.sent) << each.first.status;
    EXPECT_EQ(stats.failed, each.failed) << each.first.status;
    EXPECT_EQ(stats.limited, each.limited) << each.first.status;
    if (!each.said.empty()) {
      EXPECT_EQ(said.count(each.said), 1U);
    }
    EXPECT_EQ(said.count("hunter2"), 0U);
  }
}

TEST(RollbarWeather, NobodyThereCostsItemsButNeitherTimeNorMemory) {
  Said said;
  RollbarStats stats;
  {
    RollbarOptions options = to(nowhere());
    options.items_per_minute = 10'000;
    options.queue_items = 10;
    Rollbar rollbar(options);
    for (int i = 0; i < 500; ++i) rollbar.message(RollbarLevel::kError, "m");
    stats = rollbar.stats();
    EXPECT_GE(stats.dropped, 480U);
  }
  EXPECT_EQ(said.count("queue is full"), 1U);
  EXPECT_EQ(said.count("an item was not sent: Couldn't connect"), 1U);
  EXPECT_EQ(said.count("an item was not sent: no time was left"), 1U);
  EXPECT_EQ(said.count("not delivered"), 1U);
  EXPECT_EQ(said.count("hunter2"), 0U);
}

TEST(RollbarWeather, ACertificateThatIsWrongGetsNothing) {
  Said said;
  TestServer server([](const Received&) { return Reply(); }, true);
  Rollbar rollbar(to(server.url()));
  rollbar.message(RollbarLevel::kError, "m");
  ASSERT_TRUE(rollbar.flush(30'000));
  EXPECT_TRUE(server.received().empty());
  EXPECT_EQ(rollbar.stats().failed, 1U);
  EXPECT_EQ(said.count("an item was not sent"), 1U);
}

TEST(RollbarWeather, AFilterThatThrowsLeavesTheProgramsExceptionAsItIs) {
  Said said;
  RollbarOptions options = to(nowhere());
  options.ignore = [](const RollbarReport&) -> bool { throw std::logic_error("of the filter"); };
  Rollbar rollbar(options);
  EXPECT_THROW(rollbar.guard([] { throw std::out_of_range("of the program"); }), std::out_of_range);
  EXPECT_EQ(rollbar.stats().ignored, 1U);
}

TEST(RollbarWeather, LongItemsAreBoundedInBytesWhileNobodyTakesThem) {
  Said said;
  TestServer server([](const Received&) { return Reply{200, {}, "", 60'000, -1}; });
  RollbarOptions options = to(server.url());
  options.queue_bytes = 1'000'000;
  options.items_per_minute = 1'000;
  Rollbar rollbar(options);
  const std::string text(100'000, 'x');
  RollbarRequest request;
  request.url = "http://backend/";
  request.body = text;
  for (int i = 0; i < 10; ++i) {
    rollbar.message(RollbarLevel::kError, text);
    rollbar.message(RollbarLevel::kError, "m", {{"text", text}});
    const RollbarScope about("r", request);
    rollbar.message(RollbarLevel::kError, "m");
    EXPECT_THROW(rollbar.guard([&] { throw std::runtime_error(text); }), std::runtime_error);
  }
  EXPECT_GE(rollbar.stats().dropped, 30U) << "nine of 100,000 bytes each have room, and one is under way";
  rollbar.flush(1);
}

TEST(RollbarWeather, AForkFindsItFreeWhileOthersReport) {
  Said said;
  RollbarOptions options = to(nowhere());
  options.items_per_minute = 0;
  Rollbar rollbar(options);
  std::atomic<bool> stop{false};
  std::thread other([&] {
    while (!stop) rollbar.telemetry(RollbarLevel::kInfo, "busy");
  });
  for (int i = 0; i < 30; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);  // a child that finds it locked waits for ever
      rollbar.message(RollbarLevel::kError, "m");
      const RollbarStats stats = rollbar.stats();
      _exit(stats.reported == 1 && stats.limited == 1 ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_EQ(status, 0) << "round " << i;
    rollbar.message(RollbarLevel::kError, "of the parent");
  }
  stop = true;
  other.join();
}

// One run of the program, in a process of its own; its exit code, or minus the signal.
template <typename Run>
int run(Run&& program) {
  const pid_t child = fork();
  if (child == 0) _exit(program());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

TEST(RollbarWeather, ACrashWaitsForAStartThatReachesTheService) {
  const std::string file = testing::TempDir() + "kit_unsent_" + std::to_string(getpid());
  const auto start = [&](const std::string& url, auto then) {
    return run([&] {
      set_diagnostics([](std::string_view) {});
      Rollbar rollbar(to(url));
      return rollbar.install_crash_handler(file) ? then(rollbar) : 9;
    });
  };
  const auto crash = [](Rollbar&) { return std::raise(SIGBUS); };
  const auto failed = [](Rollbar& rollbar) { return rollbar.flush() ? static_cast<int>(rollbar.stats().failed) : 8; };
  const auto sent = [](Rollbar& rollbar) { return rollbar.flush() ? static_cast<int>(rollbar.stats().sent) : 8; };
  TestServer server;
  EXPECT_EQ(start(nowhere(), crash), -SIGBUS);
  EXPECT_EQ(start(nowhere(), failed), 1);
  EXPECT_EQ(start(server.url(), sent), 1);
  EXPECT_EQ(start(server.url(), sent), 0) << "once";
  EXPECT_NE(server.wait_for(1).at(0).body.find("SIGBUS"), std::string::npos);
  EXPECT_FALSE(std::ifstream(file + ".unsent").is_open());
  unlink(file.c_str());
}

TEST(RollbarWeather, TwoThreadsThatCrashAtOnceLeaveOneWholeRecord) {
  const std::string file = testing::TempDir() + "kit_two_" + std::to_string(getpid());
  TestServer server;
  for (int i = 0; i < 4; ++i) {
    const int code = run([&] {
      Rollbar rollbar(to(server.url()));
      if (!rollbar.install_crash_handler(file)) return 9;
      std::thread other([] { std::raise(SIGFPE); });
      std::raise(SIGSEGV);
      other.join();
      return 8;
    });
    EXPECT_TRUE(code == -SIGFPE || code == -SIGSEGV) << code;
    EXPECT_EQ(run([&] {
                Rollbar rollbar(to(server.url()));
                return rollbar.install_crash_handler(file) && rollbar.flush() ? static_cast<int>(rollbar.stats().sent)
                                                                              : 8;
              }),
              1);
  }
  unlink(file.c_str());
}

}  // namespace
}  // namespace tetrascope::kit
