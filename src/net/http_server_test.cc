// Connections and requests over real sockets: framing, order, answers from other threads, stopping.

#include "net/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/http_server_fixture.h"

namespace tetrascope::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST_F(HttpServerTest, KeepsTheConnection) {
  start();
  RawClient client(port_);
  for (int i = 0; i < 5; ++i) {
    client.send("\r\nGET /v/echo/" + std::to_string(i) + "?q=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const Answer answer = client.answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "GET " + std::to_string(i));
    EXPECT_EQ(answer.field("Connection"), "");
    EXPECT_THAT(answer.field("Date"), HasSubstr(" GMT"));
  }
  client.send("GET /v/echo/last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.answer().field("Connection"), "close");
  EXPECT_TRUE(client.closed_within(2s));
}

TEST_F(HttpServerTest, AnswersAtOnceWhatWaitsForNoWorker) {
  start();
  std::vector<std::unique_ptr<RawClient>> busy;
  for (int i = 0; i < 4; ++i) {  // both workers, and two that wait for one
    busy.push_back(std::make_unique<RawClient>(port_));
    busy.back()->send("GET /v/waits/" + std::to_string(i) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  ASSERT_TRUE(wait_for(waiting_, 2));
  EXPECT_EQ(ask("GET /v/up HTTP/1.1\r\nHost: localhost\r\n\r\n").body, "up");
  gate_.open();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(busy[static_cast<std::size_t>(i)]->answer().body, std::to_string(i));
}

TEST_F(HttpServerTest, KeepsHttp10OnlyWhenAsked) {
  start();
  RawClient plain(port_);
  plain.send("GET /v/echo/a HTTP/1.0\r\n\r\n");
  EXPECT_EQ(plain.answer().field("Connection"), "close");
  EXPECT_TRUE(plain.closed_within(2s));
  RawClient kept(port_);
  kept.send("GET /v/echo/a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(kept.answer().field("Connection"), "keep-alive");
  kept.send("GET /v/echo/b HTTP/1.0\r\n\r\n");
  EXPECT_EQ(kept.answer().body, "GET b");
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  start({.pipelined = 4});
  RawClient client(port_);
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    requests += i % 3 == 0 ? "POST /v/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n" + std::to_string(10 + i)
                           : "GET /v/echo/" + std::to_string(i) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }
  client.send(requests);
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(client.answer().body, i % 3 == 0 ? std::to_string(10 + i) : "GET " + std::to_string(i));
}

TEST_F(HttpServerTest, TakesChunkedBodies) {
  start();
  RawClient client(port_);
  client.send("POST /v/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;ext=1\r\nspans\r\n1\r\n \r\n");
  for (const char c : std::string("8\r\nand logs\r\n0\r\nTrailer: ignored\r\n\r\n")) client.send({&c, 1});
  EXPECT_EQ(client.answer().body, "spans and logs");
  client.send("POST /v/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (const std::string_view piece : {"0", "\r\n", "\r", "\n"}) {
    std::this_thread::sleep_for(20ms);
    client.send(piece);
  }
  EXPECT_EQ(client.answer().field("X-Bytes"), "0");
  // The connection goes on behind it.
  client.send("GET /v/echo/next HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.answer().body, "GET next");
}

TEST_F(HttpServerTest, TakesLargeBodiesWhole) {
  start();
  std::string body(std::size_t{5} << 20, 'a');
  for (std::size_t i = 0; i < body.size(); i += 1000) body[i] = static_cast<char>('a' + i / 1000 % 26);
  RawClient sized(port_);
  std::thread sender([&] {
    sized.send("POST /v/large HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + body);
  });
  EXPECT_TRUE(sized.answer().body == body);
  sender.join();
  RawClient chunked(port_);
  std::string chunks = "POST /v/large HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t i = 0; i < body.size(); i += 0x8000) chunks += "8000\r\n" + body.substr(i, 0x8000) + "\r\n";
  chunks += "0\r\n\r\n";
  std::thread chunker([&] { chunked.send(chunks); });
  EXPECT_TRUE(chunked.answer().body == body);
  chunker.join();
}

TEST_F(HttpServerTest, AsksForABodyOnlyWhenItWillBeRead) {
  start();
  RawClient client(port_);
  client.send("POST /v/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.answer().head, "HTTP/1.1 100 Continue\r\n");
  client.send("body");
  EXPECT_EQ(client.answer().body, "body");
  // Asked for in its turn, after the answer to what came before.
  client.send(
      "GET /v/waits/first HTTP/1.1\r\nHost: localhost\r\n\r\nPOST /v/echo HTTP/1.1\r\nHost: x\r\nContent-Length: "
      "4\r\nExpect: 100-Continue\r\n\r\n");
  EXPECT_TRUE(wait_for(waiting_, 1));
  EXPECT_FALSE(client.receive(50ms));
  gate_.open();
  EXPECT_EQ(client.answer().body, "first");
  EXPECT_EQ(client.answer().status, 100);
  client.send("more");
  EXPECT_EQ(client.answer().body, "more");

  RawClient refused(port_);
  refused.send("POST /v/nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(refused.answer().status, 404);
  EXPECT_TRUE(refused.closed_within(4s));
}

TEST_F(HttpServerTest, AnswersHeadAsGetWithoutTheBody) {
  start();
  RawClient client(port_);
  client.send("HEAD /v/text HTTP/1.1\r\nHost: localhost\r\n\r\nGET /v/echo/1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const Answer head = client.answer(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("Content-Length"), "5000");
  EXPECT_EQ(client.answer().body, "GET 1");
  client.send("HEAD /v/nothing HTTP/1.1\r\nHost: localhost\r\n\r\nGET /v/echo/2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.answer(true).status, 404);
  EXPECT_EQ(client.answer().body, "GET 2");
}

TEST_F(HttpServerTest, AnswersForHandlersThatDoNot) {
  start();
  for (const std::string_view path : {"/v/throws", "/v/drops"}) {
    RawClient client(port_);
    client.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const Answer answer = client.answer();
    EXPECT_EQ(answer.status, 500) << path;
    EXPECT_THAT(answer.body, StartsWith("vendor " + std::string(path))) << path;
    EXPECT_THAT(answer.body, Not(HasSubstr("expected in this test"))) << path;
    client.send("GET /v/echo/on HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(client.answer().body, "GET on");
  }
}

TEST_F(HttpServerTest, AnswersMayComeLateOrNever) {
  start();
  RawClient client(port_);
  client.send("GET /v/keeps HTTP/1.1\r\nHost: localhost\r\n\r\n");
  Respond respond = kept_.get_future().get();
  client.reset();
  std::this_thread::sleep_for(50ms);
  std::thread([&] { respond({200, {}, "to nobody"}); }).join();
  EXPECT_EQ(ask("GET /v/echo/1 HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200);
}

TEST_F(HttpServerTest, AnswersMayComeFromAnyThread) {
  start();
  RawClient client(port_);
  client.send("GET /v/keeps HTTP/1.1\r\nHost: localhost\r\n\r\n");
  std::thread([respond = kept_.get_future().get()]() mutable { respond({202, {}, "later"}); }).join();
  EXPECT_EQ(client.answer().body, "later");
}

TEST_F(HttpServerTest, AnswersMayOutliveTheServer) {
  start();
  RawClient client(port_);
  client.send("GET /v/keeps HTTP/1.1\r\nHost: localhost\r\n\r\n");
  Respond respond = kept_.get_future().get();
  server_->stop(10ms);
  server_.reset();
  workers_.reset();
  EXPECT_TRUE(client.closed_within(1s));
  respond({200, {}, "to nobody"});
}

TEST_F(HttpServerTest, StopsAfterWhatIsInFlight) {
  start();
  RawClient idle(port_);
  RawClient busy(port_);
  RawClient half(port_);
  half.send("POST /v/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab");
  busy.send("GET /v/waits/1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(wait_for(waiting_, 1));
  std::this_thread::sleep_for(50ms);
  auto stopped = std::async(std::launch::async, [&] { server_->stop(5s); });
  EXPECT_TRUE(idle.closed_within(1s));
  EXPECT_EQ(stopped.wait_for(100ms), std::future_status::timeout);
  EXPECT_THROW(RawClient{port_}, std::runtime_error);
  gate_.open();
  const Answer answer = busy.answer();
  EXPECT_EQ(answer.body, "1");
  EXPECT_EQ(answer.field("Connection"), "close");
  half.send("cd");
  EXPECT_EQ(half.answer().body, "abcd");
  EXPECT_TRUE(half.closed_within(1s));
  busy.end();
  half.end();
  EXPECT_EQ(stopped.wait_for(3s), std::future_status::ready);
  server_->stop(0ms);
}

TEST_F(HttpServerTest, StopsAfterItsGraceWhateverIsInFlight) {
  start();
  RawClient client(port_);
  client.send("GET /v/waits/1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(wait_for(waiting_, 1));
  const auto before = std::chrono::steady_clock::now();
  server_->stop(100ms);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
  EXPECT_TRUE(client.closed_within(1s));
  gate_.open();
}

TEST_F(HttpServerTest, ManyClientsAtOnce) {
  start({.connections = 8});  // fewer than clients: the others wait their turn
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  threads.reserve(16);
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      RawClient client(port_);
      for (int i = 0; i < 50; ++i) {
        const std::string body = std::to_string(t * 1000 + i);
        client.send("POST /v/echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                    body);
        if (client.answer().body == body) ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 16 * 50);
}

TEST_F(HttpServerTest, SaysWhatToDoAboutATakenPort) {
  start();
  HttpServer second(router_, *workers_);
  const auto taken = second.start({"127.0.0.1", port_});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(taken.error().message, StartsWith("127.0.0.1:" + std::to_string(port_) + " is taken: "));
  HttpServer third(router_, *workers_);
  const auto elsewhere = third.start({"192.0.2.1", 0});
  ASSERT_FALSE(elsewhere);
  EXPECT_THAT(elsewhere.error().message, HasSubstr("choose an address of this machine"));
}

TEST(Endpoint, ReadsHostAndPort) {
  struct Case {
    std::string_view text, host;
    std::uint16_t port;
  };
  for (const Case& c :
       {Case{"127.0.0.1:4318", "127.0.0.1", 4318}, {"localhost:0", "localhost", 0}, {"[::1]:65535", "::1", 65535}}) {
    const auto endpoint = parse_endpoint(c.text);
    ASSERT_TRUE(endpoint) << c.text;
    EXPECT_EQ(endpoint->host, c.host);
    EXPECT_EQ(endpoint->port, c.port);
    EXPECT_EQ(endpoint->text(), c.text);
  }
  for (const std::string_view bad : {"", "4318", ":4318", "localhost", "localhost:", "localhost:65536", "localhost:-1",
                                     "localhost:1x", "::1:80", "[]:1"}) {
    const auto endpoint = parse_endpoint(bad);
    ASSERT_FALSE(endpoint) << bad;
    EXPECT_EQ(endpoint.error().code, ErrorCode::kInvalid);
  }
}

}  // namespace
}  // namespace tetrascope::test
