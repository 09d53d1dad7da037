#include "net/http_client.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "net/http_server.h"
#include "net/worker_pool.h"

namespace tetrascope {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// Answers each connection with one prepared text after it has seen a whole head, then does what the script says.
struct Script {
  std::string answer;
  bool close_first = false;  ///< before any byte of an answer
  std::chrono::milliseconds pause{0};
};

class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<Script> scripts) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size);
    ::listen(listener_, 8);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, scripts = std::move(scripts)] {
      for (const Script& script : scripts) serve(script);
    });
  }
  ~ScriptedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void serve(const Script& script) const {
    const int socket = ::accept(listener_, nullptr, nullptr);
    if (socket < 0) return;
    std::string seen;
    char buffer[4096];
    while (!seen.contains("\r\n\r\n")) {
      const ssize_t got = ::recv(socket, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      seen.append(buffer, static_cast<std::size_t>(got));
    }
    std::this_thread::sleep_for(script.pause);
    if (!script.close_first) ::send(socket, script.answer.data(), script.answer.size(), MSG_NOSIGNAL);
    ::close(socket);
  }

  int listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

class HttpClientTest : public testing::Test {
 protected:
  HttpClientTest() {
    router_.add({"any",
                 {},
                 {{"*", "/echo",
                   [](Request&& request, Respond respond) {
                     Response response{
                         200, {}, request.method + " " + request.target + " " + std::to_string(request.body.size())};
                     response.headers.set("X-Peer", request.remote_address);
                     response.headers.set("X-Given", std::string(request.headers.get("X-Given")));
                     respond(std::move(response));
                   },
                   std::size_t{20} << 20},
                  {"POST", "/small", [](Request&&, Respond respond) { respond({}); }, 1000}},
                 {}});
    port_ = server_.start({"127.0.0.1", 0})->port;
  }
  Router router_;
  WorkerPool workers_{2, 64};
  HttpServer server_{router_, workers_};
  std::uint16_t port_ = 0;
};

TEST_F(HttpClientTest, SendsAndKeepsItsConnection) {
  HttpClient client("127.0.0.1", port_);
  Headers headers;
  headers.add("X-Given", "value");
  std::string peer;
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{8'000'000}}) {
    const auto response = client.send("POST", "/echo?a=b", headers, std::string(size, 'x'), 5s);
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "POST /echo?a=b " + std::to_string(size));
    EXPECT_EQ(response->headers.get("x-given"), "value");
    if (peer.empty()) peer = response->headers.get("X-Peer");
    EXPECT_EQ(response->headers.get("X-Peer"), peer);
  }
  const auto head = client.send("HEAD", "/echo", {}, {}, 5s);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->body, "");
  EXPECT_EQ(client.send("GET", "/echo", {}, {}, 5s)->body, "GET /echo 0");
}

TEST_F(HttpClientTest, ReadsAnAnswerThatComesBeforeTheBodyIsSent) {
  HttpClient client("127.0.0.1", port_);
  const auto refused = client.send("POST", "/small", {}, std::string(8'000'000, 'x'), 5s);
  ASSERT_TRUE(refused) << refused.error().message;
  EXPECT_EQ(refused->status, 413);
  EXPECT_EQ(client.send("GET", "/echo", {}, {}, 5s)->status, 200);
}

TEST_F(HttpClientTest, ReconnectsWhenTheKeptConnectionIsGone) {
  HttpClient client("127.0.0.1", port_);
  ASSERT_TRUE(client.send("GET", "/echo", {}, {}, 5s));
  server_.stop(100ms);
  HttpServer again(router_, workers_);
  ASSERT_TRUE(again.start({"127.0.0.1", port_}));
  const auto response = client.send("GET", "/echo", {}, {}, 5s);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
}

TEST(HttpClient, ReadsEveryFormOfAnswer) {
  struct Case {
    std::string_view answer, body;
  };
  const std::vector<Case> cases = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "hello"},
      {"HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end"},
      {"HTTP/1.0 200 OK\r\n\r\nold", "old"},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok"},
  };
  std::vector<Script> scripts;
  scripts.reserve(cases.size());
  for (const Case& c : cases) scripts.push_back({std::string(c.answer)});
  const ScriptedServer server(std::move(scripts));
  HttpClient client("127.0.0.1", server.port());
  for (const Case& c : cases) {
    const auto response = client.send("GET", "/", {}, {}, 5s);
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, c.body);
  }
}

TEST(HttpClient, ReportsWhatFailed) {
  const ScriptedServer server({{"", true},
                               {"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"},
                               {"SSH-2.0-OpenSSH_9.2\r\n"},
                               {"HTTP/1.1 200 OK\r\nContent-Length: 600000000\r\n\r\n"},
                               {"HTTP/1.1 200 OK\r\n\r\n", false, 400ms}});
  HttpClient client("127.0.0.1", server.port());
  for (const ErrorCode code : {ErrorCode::kUnavailable, ErrorCode::kUnavailable, ErrorCode::kUnavailable,
                               ErrorCode::kTooLarge, ErrorCode::kDeadlineExceeded}) {
    const auto started = std::chrono::steady_clock::now();
    const auto response = client.send("GET", "/", {}, {}, 200ms);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, code) << response.error().message;
    EXPECT_THAT(response.error().message, HasSubstr("127.0.0.1:"));
    EXPECT_LT(std::chrono::steady_clock::now() - started, 390ms);
  }
  HttpClient nobody("127.0.0.1", 1);
  const auto refused = nobody.send("GET", "/", {}, {}, 1s);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace tetrascope
