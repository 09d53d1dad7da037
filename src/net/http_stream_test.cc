// Answers that go on: pieces as they are pushed, their end, and who is cut off.

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "net/body_stream.h"
#include "support/http_server_fixture.h"

namespace tetrascope::test {
namespace {

constexpr std::string_view kAsk = "GET /v/keeps HTTP/1.1\r\nHost: localhost\r\n\r\n";

class HttpStreamTest : public HttpServerTest {
 protected:
  /// Answers the request that waits at /v/keeps with a stream.
  std::shared_ptr<BodyStream> answer(std::size_t capacity = 1 << 20) {
    auto stream = std::make_shared<BodyStream>(capacity);
    Response response{200, {}, ""};
    response.stream = stream;
    kept_.get_future().get()(std::move(response));
    kept_ = {};
    return stream;
  }
  static bool closed_within(const BodyStream& stream, std::chrono::milliseconds time) {
    for (auto left = time; left > 0ms && !stream.is_closed(); left -= 10ms) std::this_thread::sleep_for(10ms);
    return stream.is_closed();
  }
  static bool shows(RawClient& client, std::string_view text) {
    while (client.seen().find(text) == std::string::npos) {
      if (!client.receive()) return false;
    }
    return true;
  }
};

TEST_F(HttpStreamTest, WritesEachPieceAndGoesOnWithTheConnection) {
  start();
  RawClient client(port_);
  client.send(kAsk);
  const auto stream = answer();
  const Answer head = client.answer(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("Transfer-Encoding"), "chunked");
  EXPECT_EQ(head.field("Content-Length"), "");
  EXPECT_EQ(stream->push("first piece of it"), BodyStream::Pushed::kTaken);
  EXPECT_TRUE(shows(client, "11\r\nfirst piece of it\r\n")) << client.seen();
  EXPECT_EQ(stream->push("second"), BodyStream::Pushed::kTaken);
  EXPECT_TRUE(shows(client, "6\r\nsecond\r\n")) << client.seen();
  stream->end();
  EXPECT_TRUE(shows(client, "second\r\n0\r\n\r\n")) << client.seen();
  EXPECT_EQ(stream->push("late"), BodyStream::Pushed::kClosed);
  client.send("GET /v/echo/next HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(shows(client, "GET next")) << client.seen();
}

TEST_F(HttpStreamTest, ToHttp10TheEndIsThatOfTheConnection) {
  start();
  RawClient client(port_);
  client.send("GET /v/keeps HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto stream = answer();
  EXPECT_EQ(stream->push("plain"), BodyStream::Pushed::kTaken);
  const Answer head = client.answer(true);
  EXPECT_EQ(head.field("Transfer-Encoding"), "");
  EXPECT_EQ(head.field("Connection"), "close");
  EXPECT_TRUE(shows(client, "plain"));
  stream->end();
  EXPECT_TRUE(client.closed_within(2s));
  EXPECT_EQ(client.seen(), "plain");
}

TEST_F(HttpStreamTest, AClientThatGoesClosesIt) {
  start();
  auto client = std::make_unique<RawClient>(port_);
  client->send(kAsk);
  const auto stream = answer();
  EXPECT_EQ(client->answer(true).status, 200);
  EXPECT_FALSE(stream->is_closed());
  client->reset();
  EXPECT_TRUE(closed_within(*stream, 2s));
  EXPECT_EQ(stream->push("nobody"), BodyStream::Pushed::kClosed);
}

TEST_F(HttpStreamTest, ASlowReaderIsBoundedAndThenCut) {
  HttpLimits limits;
  limits.body_timeout = std::chrono::seconds(1);
  start(limits);
  RawClient client(port_);
  client.send(kAsk);
  const auto stream = answer(64 << 10);
  EXPECT_EQ(client.answer(true).status, 200);
  const std::string piece(32 << 10, 'x');
  std::size_t taken = 0;
  const auto until = std::chrono::steady_clock::now() + 20s;
  auto pushed = BodyStream::Pushed::kTaken;
  while (pushed != BodyStream::Pushed::kClosed && std::chrono::steady_clock::now() < until) {
    pushed = stream->push(piece);
    if (pushed == BodyStream::Pushed::kTaken) ++taken;
    if (pushed == BodyStream::Pushed::kFull) std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(pushed, BodyStream::Pushed::kClosed);
  EXPECT_LT(taken * piece.size(), std::size_t{64} << 20);  // what sockets hold, and no more
}

TEST_F(HttpStreamTest, ThereAreOnlySoMany) {
  HttpLimits limits;
  limits.streams = 1;
  start(limits);
  RawClient first(port_);
  first.send(kAsk);
  const auto stream = answer();
  EXPECT_EQ(first.answer(true).status, 200);
  RawClient second(port_);
  second.send(kAsk);
  const auto refused = answer();
  EXPECT_EQ(second.answer().status, 503);
  EXPECT_TRUE(closed_within(*refused, 2s));
  stream->end();
  EXPECT_TRUE(shows(first, "0\r\n\r\n"));
  RawClient third(port_);
  third.send(kAsk);
  const auto next = answer();
  EXPECT_EQ(third.answer(true).status, 200);
  next->end();
}

TEST_F(HttpStreamTest, StoppingEndsItInTime) {
  start();
  RawClient client(port_);
  client.send(kAsk);
  const auto stream = answer();
  EXPECT_EQ(stream->push("before"), BodyStream::Pushed::kTaken);
  EXPECT_EQ(client.answer(true).status, 200);
  const auto begin = std::chrono::steady_clock::now();
  server_->stop(5s);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
  EXPECT_TRUE(client.closed_within(2s));
  EXPECT_EQ(client.seen(), "6\r\nbefore\r\n0\r\n\r\n");
}

}  // namespace
}  // namespace tetrascope::test
