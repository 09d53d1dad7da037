// What the server does not put up with: malformed, oversized, slow and too many requests.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "net/http_server.h"
#include "support/http_server_fixture.h"

namespace tetrascope::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class HttpBoundsTest : public HttpServerTest {};

TEST_F(HttpBoundsTest, BoundsWhatOneConnectionHasInFlight) {
  start({.pipelined = 2});
  RawClient client(port_);
  std::string requests;
  for (int i = 0; i < 6; ++i) requests += "GET /v/waits/" + std::to_string(i) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  client.send(requests);
  EXPECT_TRUE(wait_for(waiting_, 2));
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(waiting_, 2);
  gate_.open();
  for (int i = 0; i < 6; ++i) EXPECT_EQ(client.answer().body, std::to_string(i));
}

TEST_F(HttpBoundsTest, RefusesBodiesOverTheLimitOfTheRoute) {
  start();
  struct Case {
    std::string_view name, request;
  };
  const std::string streamed = "POST /v/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n186a1\r\n" +
                               std::string(100'001, 'x') + "\r\n0\r\n\r\n";
  std::string many = "POST /v/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 11; ++i) many += "2710\r\n" + std::string(10'000, 'x') + "\r\n";
  for (const Case& c :
       {Case{"declared", "POST /v/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\nsome"},
        {"declared, barely", "POST /v/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\n"},
        {"one chunk", streamed},
        {"many chunks", many},
        {"chunk of a gigabyte", "POST /v/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n40000000\r\n"},
        {"waiting to be asked",
         "POST /v/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\nExpect: 100-continue\r\n\r\n"}}) {
    RawClient client(port_);
    client.send(c.request);
    const Answer answer = client.answer();
    EXPECT_EQ(answer.status, 413) << c.name;
    EXPECT_THAT(answer.body, StartsWith("vendor /v/echo: ")) << c.name;
    EXPECT_EQ(answer.field("Connection"), "close") << c.name;
    EXPECT_TRUE(client.closed_within(4s)) << c.name;
  }
  // What just fits is taken.
  EXPECT_EQ(
      ask("POST /v/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x')).status,
      200);
}

TEST_F(HttpBoundsTest, ReadsOverASmallBodyNobodyWants) {
  start();
  RawClient client(port_);
  client.send("POST /v/nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n");
  EXPECT_EQ(client.answer().status, 404);
  client.send("0123456789GET /v/echo/next HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.answer().body, "GET next");
  client.send("POST /v/nothing HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n");
  EXPECT_EQ(client.answer().status, 404);
  client.send("GET /v/echo/after HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.answer().body, "GET after");
}

TEST_F(HttpBoundsTest, RefusesMalformedHeads) {
  start();
  struct Case {
    std::string request;
    int status;
    std::string_view body;
  };
  for (const Case& c : {
           Case{"nonsense\r\n\r\n", 400, "request line: want METHOD /path HTTP/1.1"},
           {"\x16\x03\x01\x02\x01\x01\x01\xfc\x03\x03\r\n\r\n", 400, "request line: want METHOD /path HTTP/1.1"},
           {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "request line: want HTTP/1.1"},
           {"GET /v/text HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", 400, "vendor /v/text: request head"},
           {"GET other HTTP/1.1\r\nHost: x\r\n\r\n", 400, "request target: want a path"},
           {"GET /v/text?x=%ff HTTP/1.1\r\nHost: x\r\n\r\n", 400, "vendor /v/text: query string: not UTF-8"},
           {"GET /v/echo/%ff HTTP/1.1\r\nHost: x\r\n\r\n", 400, "vendor /v/echo/%ff: path"},
           {"GET /v/../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", 400, "vendor /v/../etc/passwd: path"},
           {"POST /v/echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400, "vendor /v/echo: Content-Length"},
           {"POST /v/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
            "vendor /v/echo: "},
           {"POST /v/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400,
            "vendor /v/echo: chunked body"},
           {"GET /v/text HTTP/1.1\r\n\r\n", 400, "vendor /v/text: request head: want one Host field"},
           {"GET /v/text HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400,
            "vendor /v/text: request head: want one Host field"},
           {"POST /v/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 400,
            "vendor /v/echo: Transfer-Encoding: want `chunked`"},
           {"POST /v/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\x83\r\n\r\n", 400,
            "vendor /v/echo: Transfer-Encoding: want `chunked`"},
           {"POST /v/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 400,
            "vendor /v/echo: Transfer-Encoding: want `chunked`"},
           {"GET /v/text HTTP/1.1\r\nHost: x\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n", 431,
            "vendor /v/text: request head: too large"},
           {"GET /" + std::string(40'000, 'x') + " HTTP/1.1\r\nHost: x\r\n\r\n", 431, "request head: too large"},
           {"GET /nobodys HTTP/1.1\r\nHost: x\r\n\r\n", 404, "nothing is at this path"},
           {"GET /v/nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404, "vendor /v/nothing: nothing"},
           {"DELETE /v/echo HTTP/1.1\r\nHost: x\r\n\r\n", 405, "vendor /v/echo: this path does not take DELETE"},
           {"get /v/text HTTP/1.1\r\nHost: x\r\n\r\n", 405, "vendor /v/text: "},
           {"CONNECT localhost:80 HTTP/1.1\r\n\r\n", 400, "request target"},
       }) {
    const Answer answer = ask(c.request);
    EXPECT_EQ(answer.status, c.status) << c.request.substr(0, 80);
    EXPECT_THAT(answer.body, StartsWith(c.body)) << c.request.substr(0, 80);
  }
  std::string fields;
  for (int i = 0; i < 300; ++i) fields += "X: y\r\n";
  EXPECT_EQ(ask("GET /v/text HTTP/1.1\r\n" + fields + "\r\n").status, 431);
  EXPECT_EQ(ask("DELETE /v/echo HTTP/1.1\r\nHost: x\r\n\r\n").field("Allow"), "POST");
}

TEST_F(HttpBoundsTest, AChunkWithoutItsLengthOrItsEndIsRefusedHoweverItComes) {
  start();
  for (const std::string_view body : {"6\r\nabcdef\r\n\r\n", "6\r\nabcdef0\n\r\n", "0\ra"}) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{1000}}) {
      RawClient client(port_);
      client.send("POST /v/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
      for (std::string_view rest = body; !rest.empty(); rest.remove_prefix(std::min(piece, rest.size()))) {
        client.send(rest.substr(0, piece));
        std::this_thread::sleep_for(2ms);
      }
      EXPECT_EQ(client.answer().status, 400) << body << " in pieces of " << piece;
    }
  }
}

TEST_F(HttpBoundsTest, ClosesOnThoseWhoAreSlow) {
  start({.head_timeout = 1s, .body_timeout = 1s, .idle_timeout = 1s});
  RawClient idle(port_);
  RawClient head(port_);
  RawClient body(port_);
  RawClient kept(port_);
  head.send("GET /v/te");
  body.send("POST /v/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  kept.send("GET /v/echo/1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(kept.answer().status, 200);
  const Answer slow_head = head.answer();
  EXPECT_EQ(slow_head.status, 408);
  EXPECT_EQ(slow_head.body, "request head: came too slowly\n");
  const Answer slow_body = body.answer();
  EXPECT_EQ(slow_body.status, 408);
  EXPECT_EQ(slow_body.body, "vendor /v/echo: request body: came too slowly");
  for (RawClient* client : {&idle, &head, &body, &kept}) {
    EXPECT_TRUE(client->closed_within(4s));
    EXPECT_EQ(client->seen(), "");
  }
}

TEST_F(HttpBoundsTest, WaitsForItsOwnHandlersLongerThanForClients) {
  start({.head_timeout = 1s, .body_timeout = 1s, .idle_timeout = 1s});
  RawClient client(port_);
  client.send("GET /v/waits/long HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_FALSE(client.receive(1600ms));
  gate_.open();
  EXPECT_EQ(client.answer().body, "long");
  client.send("GET /v/echo/2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.answer().body, "GET 2");
}

TEST_F(HttpBoundsTest, AnswersClientsThatHaveEndedTheirSide) {
  start();
  RawClient client(port_);
  client.send("GET /v/echo/1 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /v/waits/2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  client.end();
  EXPECT_EQ(client.answer().body, "GET 1");
  gate_.open();
  EXPECT_EQ(client.answer().body, "2");
  EXPECT_TRUE(client.closed_within(1s));

  RawClient truncated(port_);
  truncated.send("POST /v/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  truncated.end();
  const Answer answer = truncated.answer();
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("ended after 3 bytes"));
}

TEST_F(HttpBoundsTest, BoundsAllBodiesTogether) {
  start({.bodies_bytes = 50'000});
  RawClient holder(port_);
  holder.send("POST /v/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 45000\r\n\r\n" + std::string(40'000, 'x'));
  std::this_thread::sleep_for(100ms);
  RawClient second(port_);
  second.send("POST /v/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n" + std::string(20'000, 'x'));
  const Answer busy = second.answer();
  EXPECT_EQ(busy.status, 503);
  EXPECT_THAT(busy.body, StartsWith("vendor /v/echo: "));
  EXPECT_EQ(busy.field("Retry-After"), "1");
  // Nothing is lost for the one who was first, and its part comes back.
  holder.send(std::string(5'000, 'x'));
  EXPECT_EQ(holder.answer().field("X-Bytes"), "45000");
  EXPECT_EQ(ask("POST /v/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 45000\r\n\r\n" + std::string(45'000, 'x')).status,
            200);
}

TEST_F(HttpBoundsTest, WhoeverIsLetInCanSendItsBodyToTheEnd) {
  start({.bodies_bytes = 50'000});
  RawClient first(port_);
  first.send("POST /v/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 45000\r\n\r\nx");
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(ask("POST /v/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n" + std::string(20'000, 'x')).status,
            503);
  first.send(std::string(44'999, 'x'));
  EXPECT_EQ(first.answer().field("X-Bytes"), "45000");
}

TEST_F(HttpBoundsTest, WhoeverIsRefusedSeesItHoweverMuchItStillSends) {
  start({.bodies_bytes = 50'000});
  RawClient large(port_);
  large.send("POST /v/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + std::string(60'000, 'x'));
  EXPECT_EQ(large.answer().status, 503);
  RawClient larger(port_);
  larger.send("POST /v/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n" + std::string(8'000'000, 'x'));
  EXPECT_EQ(larger.answer().status, 413);
}

TEST_F(HttpBoundsTest, SaysThatItIsBusyWhenTheQueueIsFull) {
  workers_ = std::make_unique<WorkerPool>(1, 1);
  restart({});
  RawClient running(port_);
  running.send("GET /v/waits/1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(wait_for(waiting_, 1));
  RawClient queued(port_);
  queued.send("GET /v/waits/2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  std::this_thread::sleep_for(100ms);
  const Answer busy = ask("GET /v/text HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(busy.status, 503);
  EXPECT_EQ(busy.body, "vendor /v/text: the server is busy; retry later");
  EXPECT_EQ(busy.field("Retry-After"), "1");
  gate_.open();
  EXPECT_EQ(running.answer().body, "1");
  EXPECT_EQ(queued.answer().body, "2");
}

}  // namespace
}  // namespace tetrascope::test
