#include "storage/cluster/clickhouse_http.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "storage/cluster/cluster.h"
#include "storage/cluster/doubts.h"

namespace tetrascope {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ParseServerUrl, ReadsEveryPart) {
  struct Case {
    std::string url, host, user, password, database;
    int port;  // 0: refused
  };
  const std::vector<Case> table = {
      {"http://db:8124", "db", "", "", "", 8124},
      {"http://db", "db", "", "", "", 8123},
      {"http://db/", "db", "", "", "", 8123},
      {"http://127.0.0.1:1/other", "127.0.0.1", "", "", "other", 1},
      {"http://[::1]:9", "::1", "", "", "", 9},
      {"http://[::1]", "::1", "", "", "", 8123},
      {"http://me:p:w@x@db:8124/d", "db", "me", "p:w@x", "d", 8124},
      {"http://me@db", "db", "me", "", "", 8123},
      {"https://db", "", "", "", "", 0},
      {"db:8123", "", "", "", "", 0},
      {"http://", "", "", "", "", 0},
      {"http://:8123", "", "", "", "", 0},
      {"http://db:0", "", "", "", "", 0},
      {"http://db:65536", "", "", "", "", 0},
      {"http://db:x", "", "", "", "", 0},
      {"http://db?x", "", "", "", "", 0},
  };
  for (const Case& c : table) {
    const auto server = parse_server_url(c.url);
    ASSERT_EQ(server.has_value(), c.port != 0) << c.url;
    if (!server) continue;
    EXPECT_EQ(server->host, c.host) << c.url;
    EXPECT_EQ(server->port, c.port) << c.url;
    EXPECT_EQ(server->user, c.user) << c.url;
    EXPECT_EQ(server->password, c.password) << c.url;
    EXPECT_EQ(server->database, c.database) << c.url;
  }
  EXPECT_THAT(parse_server_url("https://me:secret@db").error().message, Not(HasSubstr("secret")));
}

TEST(FormBody, HasAFieldForTheQueryAndEachValue) {
  const FormBody form = form_body({"SELECT {a:String}", {{"a", "x\ty"}, {"b", "\r\n--field\r\n"}}});
  const std::string boundary = form.content_type.substr(form.content_type.find("boundary=") + 9);
  EXPECT_THAT(form.body, HasSubstr("name=\"query\"\r\n\r\nSELECT {a:String}\r\n--" + boundary));
  EXPECT_THAT(form.body, HasSubstr("name=\"param_a\"\r\n\r\nx\\ty\r\n--" + boundary));
  EXPECT_TRUE(form.body.ends_with("--" + boundary + "--\r\n"));
}

TEST(RequestTarget, EncodesValues) {
  EXPECT_EQ(request_target("d b", {{"a", "1"}, {"query", "x='é&?'"}}),
            "/?database=d%20b&a=1&query=x%3D%27%C3%A9%26%3F%27");
}

/// A server that gives each connection the next of `answers`; "" closes it without one.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<std::string> answers) : answers_(std::move(answers)) {
    file_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(file_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(file_, 16) != 0) ADD_FAILURE();
    getsockname(file_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedServer() {
    shutdown(file_, SHUT_RDWR);
    thread_.join();
    close(file_);
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// Requests that were read whole; to be asked when nothing is under way.
  [[nodiscard]] const std::vector<std::string>& requests() const { return requests_; }

 private:
  static std::string read_request(int connection) {
    std::string request;
    std::string buffer(65536, '\0');
    for (;;) {
      const ssize_t size = recv(connection, buffer.data(), buffer.size(), 0);
      if (size <= 0) return request;
      request.append(buffer.data(), static_cast<std::size_t>(size));
      const std::size_t head = request.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const std::size_t length = request.find("Content-Length: ");
      const std::size_t body = length == std::string::npos ? 0 : std::stoul(request.substr(length + 16));
      if (request.size() >= head + 4 + body) return request;
    }
  }
  void serve() {
    for (const std::string& answer : answers_) {
      const int connection = accept(file_, nullptr, nullptr);
      if (connection < 0) return;
      std::string request = read_request(connection);
      if (!request.empty()) requests_.push_back(std::move(request));
      if (!answer.empty() && send(connection, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) ADD_FAILURE();
      shutdown(connection, SHUT_RDWR);
      close(connection);
    }
    shutdown(file_, SHUT_RDWR);  // from here on connections are refused
  }

  std::vector<std::string> answers_;
  std::vector<std::string> requests_;
  int file_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

std::string http(const std::string& status, const std::string& body, const std::string& header = "") {
  return "HTTP/1.1 " + status + "\r\nConnection: close\r\n" + header +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
const std::string kOk = http("200 OK", "");

TEST(Cluster, AnInsertIsSentAgainWithItsTokenWhenTheConnectionBreaks) {
  // Twice because the HTTP client tries once more by itself.
  ScriptedServer server({kOk, "", "", http("200 OK", "3600\n"), kOk});
  auto storage = open_cluster(server.url());
  ASSERT_TRUE(storage) << storage.error().message;
  ASSERT_TRUE((*storage)->insert({"t", "native", "tok-1"}));
  EXPECT_THAT(server.requests().back(), HasSubstr("insert_deduplication_token%3D%27tok-1%27"));
  EXPECT_TRUE(server.requests().back().ends_with("\r\n\r\nnative"));
}

TEST(Cluster, AServerThatMayHaveRestartedIsNotTrustedWithTheToken) {
  for (const char* uptime : {"1\n", "0\n", "", "what?"}) {
    ScriptedServer server({kOk, "", "", http("200 OK", uptime), kOk});
    auto storage = open_cluster(server.url());
    ASSERT_TRUE(storage) << storage.error().message;
    ASSERT_TRUE((*storage)->insert({"t", "native", "tok-1"})) << uptime;
    EXPECT_THAT(server.requests().back(), HasSubstr("insert_deduplication_token%3D%27tok-1-again%27")) << uptime;
  }
}

TEST(Doubts, AreKeptFromTheFirstAttemptUntilAnAnswer) {
  Doubts doubts;
  const auto start = Doubts::Clock::now();
  EXPECT_FALSE(doubts.age("t", "a", start));
  doubts.begin("t", "a", start);
  doubts.begin("t", "a", start + std::chrono::seconds(5));
  EXPECT_EQ(doubts.age("t", "a", start + std::chrono::seconds(7)), std::chrono::seconds(7));
  EXPECT_FALSE(doubts.age("u", "a", start));
  doubts.end("t", "a");
  EXPECT_FALSE(doubts.age("t", "a", start));
  doubts.begin("t", "", start);
  EXPECT_FALSE(doubts.age("t", "", start)) << "without a token nothing can be repeated";
  for (int i = 0; i < 5000; ++i) doubts.begin("t", std::to_string(i), start + std::chrono::hours(i));
  EXPECT_FALSE(doubts.age("t", "0", start)) << "old ones are forgotten";
  EXPECT_TRUE(doubts.age("t", "4999", start + std::chrono::hours(4999)));
}

TEST(Cluster, AServerThatStaysAwayIsUnavailable) {
  std::string url;
  {
    ScriptedServer server({kOk});
    url = server.url();
    auto storage = open_cluster(url);
    ASSERT_TRUE(storage);
    EXPECT_EQ((*storage)->insert({"t", "native", ""}).error().code, ErrorCode::kUnavailable);
    EXPECT_EQ((*storage)->execute({"SELECT 1", {}}).error().code, ErrorCode::kUnavailable);
  }
  const auto gone = open_cluster(url);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(gone.error().message, HasSubstr(url.substr(7)));
}

TEST(Cluster, WhatTheServerSaysBecomesAnErrorOfOurs) {
  struct Case {
    std::string answer;
    ErrorCode want;
  };
  const std::vector<Case> table = {
      {http("500 Internal Server Error", "Code: 241. DB::Exception: Query memory limit exceeded",
            "X-ClickHouse-Exception-Code: 241\r\n"),
       ErrorCode::kTooLarge},
      {http("404 Not Found", "Code: 60. DB::Exception: no table", "X-ClickHouse-Exception-Code: 60\r\n"),
       ErrorCode::kInternal},
      {http("502 Bad Gateway", "<html>proxy</html>"), ErrorCode::kUnavailable},
      {http("200 OK", "\x01\x01"), ErrorCode::kInternal},
  };
  for (const Case& c : table) {
    ScriptedServer server({kOk, c.answer});
    auto storage = open_cluster(server.url());
    ASSERT_TRUE(storage);
    const auto rows = (*storage)->execute({"SELECT 1", {}});
    ASSERT_FALSE(rows) << c.answer;
    EXPECT_EQ(rows.error().code, c.want) << c.answer;
  }
}

TEST(Cluster, NamesUserAndDatabaseToTheServer) {
  ScriptedServer server({kOk, kOk});
  auto storage = open_cluster("http://me:pw@" + server.url().substr(7) + "/other");
  ASSERT_TRUE(storage) << storage.error().message;
  ASSERT_TRUE((*storage)->insert({"t", "native", "a"}));
  EXPECT_THAT(server.requests()[0], HasSubstr("CREATE DATABASE IF NOT EXISTS other"));
  EXPECT_THAT(server.requests()[1], HasSubstr("X-ClickHouse-User: me\r\n"));
  EXPECT_THAT(server.requests()[1], HasSubstr("X-ClickHouse-Key: pw\r\n"));
  EXPECT_THAT(server.requests()[1], HasSubstr("INSERT%20INTO%20other.t"));
}

TEST(Cluster, ABadOptionIsInvalid) {
  EXPECT_EQ(open_cluster("ftp://x").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(open_cluster("http://127.0.0.1:1/a-b").error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace tetrascope
