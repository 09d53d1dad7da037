// What answers say beside their bodies: compression, origins, header fields.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/inflate.h"
#include "net/http_server.h"
#include "support/http_server_fixture.h"

namespace tetrascope::test {
namespace {

class HttpExchangeTest : public HttpServerTest {};

TEST_F(HttpExchangeTest, CompressesForThoseWhoTakeIt) {
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

TEST_F(HttpExchangeTest, OpensIngestRoutesToEveryOrigin) {
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

TEST_F(HttpExchangeTest, TakesThePagesOwnCallsFromItselfOnly) {
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
           {"", 400},
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
    EXPECT_EQ(answer.body.starts_with("vendor /v/text: "), c.status != 200) << c.fields;
  }
  std::string name(256, '\0');
  ASSERT_EQ(gethostname(name.data(), name.size()), 0);
  EXPECT_EQ(ask("GET /v/text HTTP/1.1\r\nHost: " + std::string(name.c_str()) + ":4318\r\n\r\n").status, 200);
}

TEST_F(HttpExchangeTest, AsksProgramsForNoName) {
  start();
  struct Case {
    std::string_view fields;
    int status;
  };
  for (const Case& c : {
           Case{"Host: tetrascope:4318\r\nUser-Agent: Terraform/1.9\r\n", 200},
           {"Host: tetrascope:4318\r\nUser-Agent: node\r\nAccept-Language: *\r\nSec-Fetch-Mode: cors\r\n", 200},
           {"Host: localhost:4318\r\nUser-Agent: Mozilla/5.0\r\nAccept-Language: de\r\n", 200},
           {"Host: attacker.example\r\nUser-Agent: Mozilla/5.0\r\n", 403},
           {"Host: attacker.example\r\nAccept-Language: de\r\n", 403},
           {"Host: attacker.example\r\nReferer: http://attacker.example/\r\n", 403},
           {"Host: attacker.example\r\nSec-Fetch-Site: same-origin\r\n", 403},
           {"Host: localhost:4318\r\nOrigin: https://attacker.example\r\n", 403},
       }) {
    EXPECT_EQ(ask("GET /v/api HTTP/1.1\r\n" + std::string(c.fields) + "\r\n").status, c.status) << c.fields;
  }
}

TEST_F(HttpExchangeTest, LetsNoHeaderValueStartAnother) {
  start();
  const Answer answer = ask("GET /v/inject HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(answer.field("X-Value"), "a  Set-Cookie: b=c");
  EXPECT_EQ(answer.field("Set-Cookie"), "");
}

}  // namespace
}  // namespace tetrascope::test
