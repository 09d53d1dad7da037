#include "tetrascope/kit/rollbar.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "test_server.h"
#include "tetrascope/kit/context.h"
#include "tetrascope/kit/diagnostics.h"

namespace tetrascope::kit {

constexpr int kThrowingLine = __LINE__ + 2;
[[gnu::noinline]] void throw_from_here(int value) {
  if (value > 0) throw std::out_of_range("no activity " + std::to_string(value));
  std::puts("never");
}

constexpr int kCrashingLine = __LINE__ + 2;
[[gnu::noinline]] void crash_here() {
  std::raise(SIGSEGV);
  std::puts("never");
}

namespace {

using nlohmann::json;
using test::Received;
using test::Reply;
using test::TestServer;

RollbarOptions to(const TestServer& server) {
  RollbarOptions options;
  options.access_token = "post_server_item_token";
  options.environment = "test";
  options.endpoint = server.url("/api/1/item/");
  options.code_version = "abc123";
  return options;
}

json data_of(const Received& request) { return json::parse(request.body)["data"]; }

bool has_method(const json& frames, const std::string& part) {
  for (const json& each : frames) {
    if (each["method"].get<std::string>().find(part) != std::string::npos) return true;
  }
  return false;
}

TEST(Rollbar, AnExceptionArrivesWithWhereItWasThrown) {
  TestServer server;
  Rollbar rollbar(to(server));
  rollbar.telemetry(RollbarLevel::kInfo, "opened the page");
  Context context;
  context.span.trace_id = *TraceId::parse("5759e988bd862e3fe1be46a994272793");
  context.span.span_id = *SpanId::parse("53995c3f42cd8ad8");
  {
    Scope scope(context);
    RollbarRequest request;
    request.url = "http://backend/api/activities?token=hunter2&page=2";
    request.method = "GET";
    request.headers = {{"Authorization", "Bearer hunter2"}, {"Accept", "*/*"}};
    RollbarScope about("/api/activities", request, {"7", "andrew", ""});
    EXPECT_THROW(rollbar.guard([] { throw_from_here(3); }), std::out_of_range);
  }
  ASSERT_TRUE(rollbar.flush());
  const auto all = server.received();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].headers.at("x-rollbar-access-token"), "post_server_item_token");
  EXPECT_EQ(all[0].body.find("hunter2"), std::string::npos) << "secrets are scrubbed";
  const json data = data_of(all[0]);
  EXPECT_EQ(data["environment"], "test");
  EXPECT_EQ(data["level"], "error");
  EXPECT_EQ(data["code_version"], "abc123");
  EXPECT_EQ(data["context"], "/api/activities");
  EXPECT_EQ(data["person"]["username"], "andrew");
  EXPECT_EQ(data["request"]["url"], "http://backend/api/activities?token=*****&page=2");
  EXPECT_EQ(data["request"]["headers"]["Accept"], "*/*");
  EXPECT_EQ(data["custom"]["trace_id"], "5759e988bd862e3fe1be46a994272793");
  EXPECT_EQ(data["body"]["telemetry"][0]["body"]["message"], "opened the page");
  EXPECT_FALSE(data["body"].contains("trace_chain"));
  const json& trace = data["body"]["trace"];
  EXPECT_EQ(trace["exception"]["class"], "std::out_of_range");
  EXPECT_EQ(trace["exception"]["message"], "no activity 3");
  const json& frames = trace["frames"];
  ASSERT_GT(frames.size(), 3U);
  EXPECT_NE(frames.back()["method"].get<std::string>().find("throw_from_here"), std::string::npos)
      << "the throwing function is last: " << frames.back();
  EXPECT_TRUE(has_method(frames, "main"));
#ifdef TETRASCOPE_KIT_HAS_LIBDW
  EXPECT_NE(frames.back()["filename"].get<std::string>().find("rollbar_test.cc"), std::string::npos);
  EXPECT_EQ(frames.back()["lineno"], kThrowingLine);
#endif
}

TEST(Rollbar, TheEndpointMayBeTheApisAndOfTheEnvironment) {
  TestServer server;
  RollbarOptions options = to(server);
  for (const char* path : {"/api/1", "/api/1/", "/api/1/item/"}) {
    options.endpoint = server.url(path);
    Rollbar rollbar(options);
    rollbar.message(RollbarLevel::kInfo, "m");
  }
  setenv("ROLLBAR_ENDPOINT", server.url("/api/1/").c_str(), 1);
  options.endpoint.clear();
  {
    Rollbar rollbar(options);
    rollbar.message(RollbarLevel::kInfo, "m");
  }
  unsetenv("ROLLBAR_ENDPOINT");
  const auto all = server.received();
  ASSERT_EQ(all.size(), 4U);
  for (const Received& each : all) EXPECT_EQ(each.path, "/api/1/item/");
}

TEST(Rollbar, NestedExceptionsAreAChainAndOddOnesAreTaken) {
  TestServer server;
  Rollbar rollbar(to(server));
  try {
    try {
      throw std::runtime_error("no connection");
    } catch (...) {
      std::throw_with_nested(std::logic_error("cannot list"));
    }
  } catch (...) {
    rollbar.report_current(RollbarLevel::kWarning, {{"handle", "andrew"}, {"db_password", "hunter2"}});
  }
  for (int i = 0; i < 2; ++i) {
    try {
      i == 0 ? throw 42 : throw "text";
    } catch (...) {
      rollbar.report_current();
    }
  }
  rollbar.message(RollbarLevel::kInfo, "hello");
  ASSERT_TRUE(rollbar.flush());
  const auto all = server.received();
  ASSERT_EQ(all.size(), 4U);
  const json first = data_of(all[0]);
  EXPECT_EQ(first["level"], "warning");
  EXPECT_EQ(first["custom"], json({{"db_password", "*****"}, {"handle", "andrew"}}));
  const json& chain = first["body"]["trace_chain"];
  ASSERT_EQ(chain.size(), 2U);
  EXPECT_EQ(chain[0]["exception"]["message"], "cannot list");
  EXPECT_EQ(chain[1]["exception"]["class"], "std::runtime_error");
  EXPECT_EQ(data_of(all[1])["body"]["trace"]["exception"]["class"], "int");
  EXPECT_EQ(data_of(all[2])["body"]["trace"]["exception"]["message"], "text");
  EXPECT_EQ(data_of(all[3])["body"]["message"]["body"], "hello");
  EXPECT_EQ(rollbar.stats().sent, 4U);
}

TEST(Rollbar, LimitsAndFiltersAreCounted) {
  set_diagnostics([](std::string_view) {});
  std::atomic<int> busy{0};
  TestServer server([&](const Received&) {
    return busy++ == 4 ? Reply{429, {{"X-Rate-Limit-Remaining-Seconds", "30"}}, "", 0, -1} : Reply();
  });
  {
    RollbarOptions options = to(server);
    options.items_per_minute = 1'000;
    options.ignore = [](const RollbarReport& report) { return report.message == "noise"; };
    Rollbar rollbar(options);
    EXPECT_EQ(rollbar.message(RollbarLevel::kError, "noise"), "");
    for (int i = 0; i < 5; ++i) {
      EXPECT_NE(rollbar.message(RollbarLevel::kError, "m"), "");
      ASSERT_TRUE(rollbar.flush());
    }
    EXPECT_EQ(rollbar.message(RollbarLevel::kError, "after the service said enough"), "");
    const RollbarStats stats = rollbar.stats();
    EXPECT_EQ(stats.ignored, 1U);
    EXPECT_EQ(stats.sent, 4U);
    EXPECT_EQ(stats.limited, 2U);
    EXPECT_EQ(stats.reported, 7U);
  }
  RollbarOptions options = to(server);
  options.items_per_minute = 2;
  Rollbar rollbar(options);
  for (int i = 0; i < 10; ++i) rollbar.message(RollbarLevel::kError, "flood");
  EXPECT_GE(rollbar.stats().limited, 6U) << "two a minute, at most two minutes touched";
  set_diagnostics(nullptr);
}

TEST(Rollbar, LargePayloadsLoseTelemetryThenCustomData) {
  TestServer server;
  RollbarOptions options = to(server);
  options.payload_bytes = 4'000;
  Rollbar rollbar(options);
  for (int i = 0; i < 50; ++i) rollbar.telemetry(RollbarLevel::kInfo, std::string(200, 't'));
  rollbar.message(RollbarLevel::kError, "a", {{"small", "kept"}});
  rollbar.message(RollbarLevel::kError, "b", {{"large", std::string(10'000, 'x')}});
  ASSERT_TRUE(rollbar.flush());
  const auto all = server.received();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_FALSE(data_of(all[0])["body"].contains("telemetry"));
  EXPECT_EQ(data_of(all[0])["custom"]["small"], "kept");
  EXPECT_FALSE(data_of(all[1]).contains("custom"));
  EXPECT_LE(all[1].body.size(), 4'000U);
}

TEST(Rollbar, TerminateIsReportedBeforeTheEnd) {
  TestServer server;
  const pid_t child = fork();
  if (child == 0) {
    std::fclose(stderr);
    std::signal(SIGABRT, SIG_DFL);
    Rollbar rollbar(to(server));
    rollbar.install_terminate_handler();
    []() noexcept { throw_from_here(9); }();
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  const auto all = server.wait_for(1);
  ASSERT_EQ(all.size(), 1U);
  const json data = data_of(all[0]);
  EXPECT_EQ(data["level"], "critical");
  EXPECT_TRUE(has_method(data["body"]["trace"]["frames"], "throw_from_here"));
}

TEST(Rollbar, ACrashIsSentAtTheNextStart) {
  TestServer server;
  const std::string file = testing::TempDir() + "kit_crash_" + std::to_string(getpid());
  const pid_t child = fork();
  if (child == 0) {
    Rollbar rollbar(to(server));
    if (!rollbar.install_crash_handler(file)) _exit(7);
    crash_here();
    _exit(8);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGSEGV) << "the signal takes its course";
  EXPECT_TRUE(server.received().empty());
  const pid_t next = fork();
  if (next == 0) {
    Rollbar rollbar(to(server));
    const bool opened = rollbar.install_crash_handler(file);
    _exit(opened && rollbar.flush() && rollbar.stats().sent == 1 ? 0 : 1);
  }
  waitpid(next, &status, 0);
  EXPECT_EQ(status, 0);
  const auto all = server.wait_for(1);
  ASSERT_EQ(all.size(), 1U);
  const json trace = data_of(all[0])["body"]["trace"];
  EXPECT_EQ(trace["exception"]["class"], "SIGSEGV");
  EXPECT_TRUE(has_method(trace["frames"], "main")) << trace["frames"];
#ifdef TETRASCOPE_KIT_HAS_LIBDW
  const auto crashed = std::find_if(trace["frames"].begin(), trace["frames"].end(), [](const json& frame) {
    return frame["method"].get<std::string>().find("crash_here") != std::string::npos;
  });
  ASSERT_NE(crashed, trace["frames"].end()) << trace["frames"];
  EXPECT_NE((*crashed)["filename"].get<std::string>().find("rollbar_test.cc"), std::string::npos) << *crashed;
  EXPECT_EQ((*crashed).value("lineno", 0), kCrashingLine);
#endif
  unlink(file.c_str());
}

TEST(Rollbar, AForkedChildSendsItsOwn) {
  TestServer server;
  Rollbar rollbar(to(server));
  const pid_t child = fork();
  if (child == 0) {
    rollbar.message(RollbarLevel::kInfo, "of the child");
    _exit(rollbar.flush() && rollbar.stats().sent == 1 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  const auto all = server.wait_for(1);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(data_of(all[0])["body"]["message"]["body"], "of the child");
}

}  // namespace
}  // namespace tetrascope::kit
