#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <thread>

#include "core/http_client.h"
#include "core/json_writer.h"
#include "core/text.h"
#include "test_server.h"

namespace tetrascope::kit {
namespace {

using test::Received;
using test::Reply;
using test::TestServer;

HttpRequest post(const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.body = "hello";
  return request;
}

long ms_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
}

TEST(HttpClient, SendsTheBodyAndKeepsTheConnection) {
  TestServer server([](const Received&) { return Reply{200, {{"X-Answer", "yes"}}, "body", 0, -1}; });
  HttpClient client;
  Deadline deadline;
  for (int i = 0; i < 2; ++i) {
    const HttpAnswer answer = client.send(post(server.url("/a?b")), deadline);
    EXPECT_EQ(answer.status, 200) << answer.error;
    EXPECT_EQ(answer.body, "body");
    EXPECT_EQ(answer.headers.at("x-answer"), "yes");
  }
  const auto all = server.received();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].body, "hello");
  EXPECT_EQ(all[1].path, "/a?b");
}

TEST(HttpClient, ServersThatMisbehaveGiveNoStatus) {
  HttpClient client;
  Deadline deadline;
  EXPECT_EQ(client.send(post("http://127.0.0.1:" + std::to_string(test::dead_port())), deadline).status, 0);
  EXPECT_EQ(client.send(post("file:///etc/hostname"), deadline).status, 0);

  TestServer closing([](const Received&) { return Reply{200, {}, "0123456789", 0, 40}; });
  EXPECT_EQ(client.send(post(closing.url()), deadline).status, 0);

  TestServer untrusted([](const Received&) { return Reply(); }, true);
  const HttpAnswer refused = client.send(post(untrusted.url()), deadline);
  EXPECT_EQ(refused.status, 0);
  EXPECT_TRUE(untrusted.received().empty()) << "nothing may be sent to a server whose certificate is wrong";
}

TEST(HttpClient, DoesNotFollowRedirectsWithTheKeysOfTheFirst) {
  TestServer other;
  TestServer server([&](const Received&) { return Reply{307, {{"Location", other.url("/")}}, "", 0, -1}; });
  HttpClient client;
  Deadline deadline;
  HttpRequest request = post(server.url());
  request.headers = {{"x-honeycomb-team", "secretkey"}};
  EXPECT_EQ(client.send(request, deadline).status, 307);
  EXPECT_TRUE(other.received().empty());
}

TEST(HttpClient, GivesUpAtTheDeadlineThoughTheTimeoutIsLong) {
  TestServer slow([](const Received&) { return Reply{200, {}, "", 20'000, -1}; });
  HttpClient client;
  Deadline deadline;
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    deadline.pull_in(0);
  });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(client.send(post(slow.url()), deadline).status, 0);
  EXPECT_LT(ms_since(begin), 5'000);
  later.join();
}

TEST(SendWithRetries, FollowsWhatTheAnswersAskFor) {
  struct Case {
    int first;
    bool again;
  };
  for (const Case each : {Case{429, true}, Case{502, true}, Case{503, true}, Case{504, true}, Case{400, false},
                          Case{401, false}, Case{500, false}, Case{200, false}}) {
    std::atomic<int> count{0};
    TestServer server(
        [&](const Received&) { return Reply{count++ == 0 ? each.first : 200, {{"Retry-After", "0"}}, "", 0, -1}; });
    HttpClient client;
    Deadline deadline;
    const HttpAnswer answer = send_with_retries(client, post(server.url()), deadline, 10'000);
    EXPECT_EQ(count, each.again ? 2 : 1) << each.first;
    EXPECT_EQ(answer.status, each.again ? 200 : each.first);
  }
}

TEST(SendWithRetries, WaitsAsLongAsRetryAfterSaysAndNoLongerThanItMay) {
  std::atomic<int> count{0};
  TestServer server(
      [&](const Received&) { return Reply{count++ == 0 ? 503 : 200, {{"Retry-After", "1"}}, "", 0, -1}; });
  HttpClient client;
  Deadline deadline;
  auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(send_with_retries(client, post(server.url()), deadline, 10'000).status, 200);
  EXPECT_GE(ms_since(begin), 1'000);

  count = 0;  // a wait that would end too late is not begun
  begin = std::chrono::steady_clock::now();
  EXPECT_EQ(send_with_retries(client, post(server.url()), deadline, 500).status, 503);
  EXPECT_LT(ms_since(begin), 900);
}

TEST(RetryAfter, SecondsAndDates) {
  HttpAnswer answer;
  EXPECT_EQ(retry_after_ms(answer), -1);
  answer.headers["retry-after"] = "7";
  EXPECT_EQ(retry_after_ms(answer), 7'000);
  answer.headers["retry-after"] = "soon";
  EXPECT_EQ(retry_after_ms(answer), -1);
  char date[64];
  const std::time_t later = std::time(nullptr) + 60;
  std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", std::gmtime(&later));
  answer.headers["retry-after"] = date;
  EXPECT_NEAR(static_cast<double>(retry_after_ms(answer)), 60'000, 2'000);
}

TEST(Text, MendsUtf8AndCutsBetweenCharacters) {
  const std::pair<std::string, std::string> cases[] = {
      {"plain text, eight and more", "plain text, eight and more"},
      {"gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80", "gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80"},
      {"a\xFFz", "a\xEF\xBF\xBDz"},
      {"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},                  // overlong
      {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},  // a surrogate
      {"end\xE2\x82", "end\xEF\xBF\xBD\xEF\xBF\xBD"},
  };
  for (const auto& [in, out] : cases) {
    std::string scratch;
    EXPECT_EQ(valid_utf8(in, scratch), out) << in;
  }
  EXPECT_EQ(cut_utf8("\xC3\xBC\xC3\xBC", 3), "\xC3\xBC");
  EXPECT_EQ(cut_utf8("abc", 3), "abc");
}

TEST(JsonWriter, NestsEscapesAndKeepsOrder) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("b", 1).key("a").begin_array().value(true).value(1.5).value("q\"\\\n\x01").end_array();
  json.key("c").begin_object().end_object().member("d", 1.0 / 0.0).end_object();
  EXPECT_EQ(out, "{\"b\":1,\"a\":[true,1.5,\"q\\\"\\\\\\n\\u0001\"],\"c\":{},\"d\":null}");
}

}  // namespace
}  // namespace tetrascope::kit
