#include "net/http_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

#include "base/inflate.h"

namespace tetrascope {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct Answer {
  int status = 0;
  std::string head;  ///< with the status line
  std::string body;
  [[nodiscard]] std::string field(std::string_view name) const {
    Headers headers;
    std::string_view rest = head;
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find("\r\n"));
      rest.remove_prefix(std::min(line.size() + 2, rest.size()));
      if (const auto colon = line.find(": "); colon != std::string_view::npos) {
        headers.add(std::string(line.substr(0, colon)), std::string(line.substr(colon + 2)));
      }
    }
    return std::string(headers.get(name));
  }
};

/// A socket that sends what a test says, byte for byte.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("connect");
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False when the server has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void end() { ::shutdown(socket_, SHUT_WR); }
  /// Closes with a reset instead of an orderly end.
  void reset() {
    const linger now{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(socket_);
    socket_ = -1;
  }
  /// More bytes into `seen_`; false at the end of the connection or when nothing came in time.
  bool receive(std::chrono::milliseconds timeout = 5s) {
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(timeout.count())) != 1) return false;
    char buffer[4096];
    const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
    if (got <= 0) {
      over_ = true;
      return false;
    }
    seen_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }
  bool closed_within(std::chrono::milliseconds timeout) {
    while (!over_ && receive(timeout)) {
    }
    return over_;
  }
  Answer answer(bool to_head = false) {
    Answer answer;
    std::size_t end = std::string::npos;
    while ((end = seen_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) return answer;
    }
    answer.head = seen_.substr(0, end + 2);
    seen_.erase(0, end + 4);
    answer.status = std::stoi(answer.head.substr(9, 3));
    const std::string length = answer.field("Content-Length");
    const std::size_t want = to_head || length.empty() ? 0 : std::stoul(length);
    while (seen_.size() < want && receive()) {
    }
    answer.body = seen_.substr(0, want);
    seen_.erase(0, want);
    return answer;
  }
  [[nodiscard]] const std::string& seen() const { return seen_; }

 private:
  int socket_;
  std::string seen_;
  bool over_ = false;
};

/// Held requests: tests release them from another thread.
class Gate {
 public:
  void wait() { opened_.wait(); }
  void open() {
    if (!std::exchange(is_open_, true)) open_.set_value();
  }

 private:
  bool is_open_ = false;
  std::promise<void> open_;
  std::shared_future<void> opened_ = open_.get_future().share();
};

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    const auto echo = [](Request&& request, Respond respond) {
      Response response;
      response.headers.set("X-Path", request.path);
      response.headers.set("X-Bytes", std::to_string(request.body.size()));
      response.body = std::move(request.body);
      respond(std::move(response));
    };
    std::vector<Route> routes;
    routes.push_back({"GET", "/v/echo/{n}", [](Request&& request, Respond respond) {
                        respond({200, {}, request.method + " " + request.captures.at(0)});
                      }});
    routes.push_back({"POST", "/v/echo", echo, 100'000, Origins::kAny});
    routes.push_back({"POST", "/v/large", echo, std::size_t{64} << 20});
    routes.push_back({"GET", "/v/text", [](Request&&, Respond respond) {
                        Response response{200, {}, std::string(5000, 'x')};
                        response.headers.set("Content-Type", "text/plain");
                        respond(std::move(response));
                      }});
    routes.push_back({"GET", "/v/encoded", [](Request&&, Respond respond) {
                        Response response{200, {}, std::string(5000, 'x')};
                        response.headers.set("Content-Encoding", "br");
                        respond(std::move(response));
                      }});
    routes.push_back(
        {"GET", "/v/throws", [](Request&&, Respond) { throw std::runtime_error("expected in this test"); }});
    routes.push_back({"GET", "/v/drops", [](Request&&, Respond) {}});
    routes.push_back({"GET", "/v/inject", [](Request&&, Respond respond) {
                        Response response;
                        response.headers.set("X-Value", "a\r\nSet-Cookie: b=c");
                        respond(std::move(response));
                      }});
    routes.push_back({"GET", "/v/keeps", [this](Request&&, Respond respond) { kept_.set_value(std::move(respond)); }});
    routes.push_back({"*", "/v/waits/{n}", [this](Request&& request, Respond respond) {
                        ++waiting_;
                        gate_.wait();
                        respond({200, {}, request.captures.at(0)});
                      }});
    router_.add({"vendor", {"/v/"}, std::move(routes), [](const Request& head, const Error& error) {
                   Response response{http_status(error.code), {}, "vendor " + head.path + ": " + error.message};
                   return response;
                 }});
  }

  ~HttpServerTest() override { gate_.open(); }

  void start(HttpLimits limits = {}) {
    workers_ = std::make_unique<WorkerPool>(2, 64);
    restart(std::move(limits));
  }
  void restart(HttpLimits limits) {
    server_ = std::make_unique<HttpServer>(router_, *workers_, std::move(limits));
    const auto endpoint = server_->start({"127.0.0.1", 0});
    ASSERT_TRUE(endpoint) << endpoint.error().message;
    port_ = endpoint->port;
  }
  Answer ask(std::string_view request, bool to_head = false) {
    RawClient client(port_);
    client.send(request);
    return client.answer(to_head);
  }
  bool wait_for(const std::atomic<int>& counter, int count) const {
    for (int i = 0; i < 500 && counter < count; ++i) std::this_thread::sleep_for(10ms);
    return counter >= count;
  }

  Router router_;
  Gate gate_;
  std::atomic<int> waiting_ = 0;
  std::promise<Respond> kept_;
  std::unique_ptr<WorkerPool> workers_;
  std::unique_ptr<HttpServer> server_;
  std::uint16_t port_ = 0;
};

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

TEST_F(HttpServerTest, BoundsWhatOneConnectionHasInFlight) {
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

TEST_F(HttpServerTest, TakesChunkedBodies) {
  start();
  RawClient client(port_);
  client.send("POST /v/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;ext=1\r\nspans\r\n1\r\n \r\n");
  for (const char c : std::string("8\r\nand logs\r\n0\r\nTrailer: ignored\r\n\r\n")) client.send({&c, 1});
  EXPECT_EQ(client.answer().body, "spans and logs");
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

TEST_F(HttpServerTest, RefusesBodiesOverTheLimitOfTheRoute) {
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

TEST_F(HttpServerTest, ReadsOverASmallBodyNobodyWants) {
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

TEST_F(HttpServerTest, RefusesMalformedHeads) {
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
           {"GET /v/text HTTP/1.1\r\nno colon\r\n\r\n", 400, "vendor /v/text: request head"},
           {"GET other HTTP/1.1\r\n\r\n", 400, "request target: want a path"},
           {"GET /v/text?x=%ff HTTP/1.1\r\n\r\n", 400, "vendor /v/text: query string: not UTF-8"},
           {"GET /v/echo/%ff HTTP/1.1\r\n\r\n", 400, "vendor /v/echo/%ff: path"},
           {"GET /v/../etc/passwd HTTP/1.1\r\n\r\n", 400, "vendor /v/../etc/passwd: path"},
           {"POST /v/echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400, "vendor /v/echo: Content-Length"},
           {"POST /v/echo HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
            "vendor /v/echo: "},
           {"POST /v/echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400, "vendor /v/echo: chunked body"},
           {"GET /v/text HTTP/1.1\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n", 431,
            "vendor /v/text: request head: too large"},
           {"GET /" + std::string(40'000, 'x') + " HTTP/1.1\r\n\r\n", 431, "request head: too large"},
           {"GET /nobodys HTTP/1.1\r\n\r\n", 404, "nothing is at this path"},
           {"GET /v/nothing HTTP/1.1\r\n\r\n", 404, "vendor /v/nothing: nothing"},
           {"DELETE /v/echo HTTP/1.1\r\n\r\n", 405, "vendor /v/echo: this path does not take DELETE"},
           {"get /v/text HTTP/1.1\r\n\r\n", 405, "vendor /v/text: "},
           {"CONNECT localhost:80 HTTP/1.1\r\n\r\n", 400, "request target"},
       }) {
    const Answer answer = ask(c.request);
    EXPECT_EQ(answer.status, c.status) << c.request.substr(0, 80);
    EXPECT_THAT(answer.body, StartsWith(c.body)) << c.request.substr(0, 80);
  }
  std::string fields;
  for (int i = 0; i < 300; ++i) fields += "X: y\r\n";
  EXPECT_EQ(ask("GET /v/text HTTP/1.1\r\n" + fields + "\r\n").status, 431);
  EXPECT_EQ(ask("DELETE /v/echo HTTP/1.1\r\n\r\n").field("Allow"), "POST");
}

TEST_F(HttpServerTest, ClosesOnThoseWhoAreSlow) {
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

TEST_F(HttpServerTest, WaitsForItsOwnHandlersLongerThanForClients) {
  start({.head_timeout = 1s, .body_timeout = 1s, .idle_timeout = 1s});
  RawClient client(port_);
  client.send("GET /v/waits/long HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_FALSE(client.receive(1600ms));
  gate_.open();
  EXPECT_EQ(client.answer().body, "long");
  client.send("GET /v/echo/2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.answer().body, "GET 2");
}

TEST_F(HttpServerTest, AnswersClientsThatHaveEndedTheirSide) {
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

TEST_F(HttpServerTest, BoundsAllBodiesTogether) {
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

TEST_F(HttpServerTest, SaysThatItIsBusyWhenTheQueueIsFull) {
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

TEST_F(HttpServerTest, LetsNoHeaderValueStartAnother) {
  start();
  const Answer answer = ask("GET /v/inject HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(answer.field("X-Value"), "a  Set-Cookie: b=c");
  EXPECT_EQ(answer.field("Set-Cookie"), "");
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

TEST_F(HttpServerTest, CompressesForThoseWhoTakeIt) {
  start();
  struct Case {
    std::string_view accepts;
    bool compressed;
  };
  for (const Case& c : {Case{"Accept-Encoding: gzip\r\n", true},
                        {"accept-encoding: br, GZIP;q=0.5, *\r\n", true},
                        {"Accept-Encoding: *\r\n", true},
                        {"Accept-Encoding: gzip;q=0, identity\r\n", false},
                        {"Accept-Encoding: br, deflate\r\n", false},
                        {"", false}}) {
    const Answer answer = ask("GET /v/text HTTP/1.1\r\nHost: localhost\r\n" + std::string(c.accepts) + "\r\n");
    EXPECT_EQ(answer.field("Content-Encoding"), c.compressed ? "gzip" : "") << c.accepts;
    EXPECT_EQ(answer.field("Vary"), "Accept-Encoding");
    std::string body;
    ASSERT_TRUE(inflate(answer.field("Content-Encoding"), answer.body, 10'000, body));
    EXPECT_EQ(body, std::string(5000, 'x'));
  }
  EXPECT_EQ(
      ask("GET /v/encoded HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n").field("Content-Encoding"),
      "br");
  EXPECT_EQ(ask("GET /v/echo/1 HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n").field("Content-Encoding"),
            "");
}

TEST_F(HttpServerTest, OpensIngestRoutesToEveryOrigin) {
  start();
  const Answer preflight = ask(
      "OPTIONS /v/echo HTTP/1.1\r\nHost: elsewhere.example\r\nOrigin: https://app.example\r\n"
      "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type,x-honeycomb-team\r\n\r\n");
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.field("Access-Control-Allow-Origin"), "https://app.example");
  EXPECT_EQ(preflight.field("Access-Control-Allow-Methods"), "POST, OPTIONS");
  EXPECT_EQ(preflight.field("Access-Control-Allow-Headers"), "content-type,x-honeycomb-team");
  EXPECT_NE(preflight.field("Access-Control-Max-Age"), "");
  EXPECT_EQ(preflight.field("Vary"), "Origin");
  EXPECT_EQ(preflight.field("Content-Length"), "");

  const std::string_view body = "Host: elsewhere.example\r\nOrigin: https://app.example\r\nContent-Length: 2\r\n\r\nhi";
  const Answer real = ask("POST /v/echo HTTP/1.1\r\n" + std::string(body));
  EXPECT_EQ(real.status, 200);
  EXPECT_EQ(real.field("Access-Control-Allow-Origin"), "https://app.example");
  EXPECT_EQ(real.field("Access-Control-Expose-Headers"), "*");
  EXPECT_EQ(real.field("Vary"), "Origin");
  const Answer error =
      ask("POST /v/echo HTTP/1.1\r\nHost: x\r\nOrigin: https://app.example\r\nContent-Length: 999999\r\n\r\n");
  EXPECT_EQ(error.status, 413);
  EXPECT_EQ(error.field("Access-Control-Allow-Origin"), "https://app.example");

  // A method that the path does not take, and a route that is not open.
  for (const std::string_view head : {"OPTIONS /v/echo HTTP/1.1\r\nAccess-Control-Request-Method: PUT\r\n",
                                      "OPTIONS /v/text HTTP/1.1\r\nAccess-Control-Request-Method: GET\r\n"}) {
    const Answer closed = ask(std::string(head) + "Host: localhost\r\nOrigin: https://app.example\r\n\r\n");
    EXPECT_EQ(closed.status, 405) << head;
    EXPECT_EQ(closed.field("Access-Control-Allow-Origin"), "") << head;
  }
}

TEST_F(HttpServerTest, TakesThePagesOwnCallsFromItselfOnly) {
  start({.allowed_hosts = {"scope.example"}});
  struct Case {
    std::string_view fields;
    int status;
  };
  for (const Case& c : {
           Case{"Host: localhost:4318\r\n", 200},
           {"Host: LOCALHOST\r\n", 200},
           {"Host: page.localhost:4318\r\n", 200},
           {"Host: 127.0.0.1:4318\r\n", 200},
           {"Host: 192.168.1.10\r\n", 200},
           {"Host: [::1]:4318\r\n", 200},
           {"Host: scope.example:4318\r\n", 200},
           {"Host: Scope.Example.\r\n", 200},
           {"", 200},
           {"Host: attacker.example\r\n", 403},
           {"Host: 127.0.0.1.attacker.example\r\n", 403},
           {"Host: localhost.attacker.example\r\n", 403},
           {"Host: notlocalhost\r\n", 403},
           {"Host: [::1\r\n", 403},
           {"Host: \r\n", 403},
           {"Host: localhost:4318\r\nOrigin: http://localhost:4318\r\n", 200},
           {"Host: localhost\r\nOrigin: http://localhost:80\r\n", 200},
           {"Host: scope.example\r\nOrigin: https://scope.example\r\n", 200},
           {"Host: localhost:4318\r\nOrigin: http://localhost:3000\r\n", 403},
           {"Host: localhost:4318\r\nOrigin: https://attacker.example\r\n", 403},
           {"Host: localhost:4318\r\nOrigin: null\r\n", 403},
           {"Host: localhost:4318\r\nOrigin: file://\r\n", 403},
           {"Host: localhost:4318\r\nOrigin: \r\n", 403},
       }) {
    const Answer answer = ask("GET /v/text HTTP/1.1\r\n" + std::string(c.fields) + "\r\n");
    EXPECT_EQ(answer.status, c.status) << c.fields;
    EXPECT_EQ(answer.field("Access-Control-Allow-Origin"), "") << c.fields;
    EXPECT_EQ(answer.body.starts_with("vendor /v/text: "), c.status == 403) << c.fields;
  }
  std::string name(256, '\0');
  ASSERT_EQ(gethostname(name.data(), name.size()), 0);
  EXPECT_EQ(ask("GET /v/text HTTP/1.1\r\nHost: " + std::string(name.c_str()) + ":4318\r\n\r\n").status, 200);
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
}  // namespace tetrascope
