#include "net/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace tetrascope {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

Request head(std::string method, std::string_view target) {
  Request request;
  request.method = std::move(method);
  EXPECT_TRUE(parse_target(target, request)) << target;
  return request;
}

TEST(Headers, NamesCompareWithoutCase) {
  Headers headers;
  headers.add("Content-Type", "a");
  headers.add("content-type", "b");
  headers.add("Content-Typ", "c");
  EXPECT_EQ(headers.get("CONTENT-TYPE"), "a");
  EXPECT_FALSE(headers.has("Content"));
  headers.set("content-TYPE", "d");
  EXPECT_THAT(headers.fields(), ElementsAre(Pair("Content-Typ", "c"), Pair("content-TYPE", "d")));
  EXPECT_EQ(headers.get("absent"), "");
}

TEST(Request, ContentTypeIsBare) {
  Request request;
  EXPECT_EQ(request.content_type(), "");
  request.headers.add("content-type", " Application/JSON ; charset=utf-8");
  EXPECT_EQ(request.content_type(), "application/json");
}

TEST(ParseTarget, Accepts) {
  struct Case {
    std::string_view target, path, query;
  };
  for (const Case& c : {
           Case{"/v1/traces", "/v1/traces", ""},
           {"/", "/", ""},
           {"*", "*", ""},
           {"/a?", "/a", ""},
           {"/a?x=1&y=2", "/a", "x=1;y=2;"},
           {"/a?x=1&&x=2&", "/a", "x=1;x=2;"},
           {"/a?x=a+b%20c%2B", "/a", "x=a b c+;"},
           {"/a?flag&=v&e=", "/a", "flag=;=v;e=;"},
           {"/a?x=1=2", "/a", "x=1=2;"},
           {"/a?x=%zz%4", "/a", "x=%zz%4;"},
           {"/a?x=%C3%A9", "/a", "x=\xC3\xA9;"},
           {"/a%20b?q=/x?y", "/a%20b", "q=/x?y;"},
           {"/a?x=1#top", "/a", "x=1;"},
           {"http://example.com/v1/logs?a=b", "/v1/logs", "a=b;"},
           {"HTTPS://example.com:443", "/", ""},
           {"http://example.com?a=b", "/", "a=b;"},
           {"http://[::1]:4318/x", "/x", ""},
       }) {
    const Request request = head("GET", c.target);
    std::string query;
    for (const auto& [key, value] : request.query) query += key + "=" + value + ";";
    EXPECT_EQ(request.path, c.path) << c.target;
    EXPECT_EQ(query, c.query) << c.target;
    EXPECT_EQ(request.target, c.target);
  }
}

TEST(ParseTarget, Refuses) {
  for (const std::string_view target :
       {"", "example.com:443", "v1/traces", "ftp://example.com/x", "/a?x=%ff", "/a?%c0%80=1"}) {
    Request request;
    const auto parsed = parse_target(target, request);
    ASSERT_FALSE(parsed) << target;
    EXPECT_EQ(parsed.error().code, ErrorCode::kMalformed);
  }
}

TEST(Utf8, TellsWellFormedFromBroken) {
  for (const std::string_view good :
       {"", "plain", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const std::string_view bad : {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                                     "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xFF", "a\xE2\x82", "\xC3\x28"}) {
    EXPECT_FALSE(is_utf8(bad)) << testing::PrintToString(bad);
  }
}

/// A router of three slices whose routes say nothing: tests look at what find() chose.
class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    const Handler none = [](Request&&, Respond) {};
    router_.add({"page", {"/"}, {{"GET", "/", none}, {"GET", "/{path...}", none}}, {}});
    router_.add({"honeycomb",
                 {"/1/", "/2/"},
                 {{"POST", "/1/batch/{dataset}", none},
                  {"GET", "/1/datasets/{dataset}", none},
                  {"GET", "/1/datasets/special", none},
                  {"DELETE", "/1/datasets/special", none},
                  {"*", "/1/any/{a}/x/{b}", none},
                  {"GET", "/1/files/{name...}", none}},
                 [](const Request&, const Error& error) {
                   if (error.code == ErrorCode::kInternal) throw std::runtime_error("expected in this test");
                   return Response{http_status(error.code), {}, "honeycomb: " + error.message};
                 }});
    Route first{"POST", "/shared", none};
    Route asks = first;
    asks.accepts = [](const Request& request) { return request.headers.has("X-Amz-Target"); };
    router_.add({"plain", {}, {first}, {}});
    router_.add({"aws", {}, {asks}, {}});
  }

  std::string find(std::string method, std::string_view target) {
    const Request request = head(std::move(method), target);
    const Router::Match match = router_.find(request);
    std::string text = match.table == nullptr ? "nobody" : match.table->slice;
    if (match.route == nullptr) return text + " " + std::to_string(http_status(match.error.code));
    text += " " + match.route->method + " " + match.route->pattern;
    for (const auto& capture : match.captures) text += " [" + capture + "]";
    return text;
  }

  Router router_;
};

TEST_F(RouterTest, Finds) {
  struct Case {
    std::string_view method, target, found;
  };
  for (const Case& c : {
           Case{"POST", "/1/batch/web", "honeycomb POST /1/batch/{dataset} [web]"},
           {"POST", "/1/batch/web/", "honeycomb POST /1/batch/{dataset} [web]"},
           {"POST", "//1///batch/web?x=1", "honeycomb POST /1/batch/{dataset} [web]"},
           {"POST", "http://host/1/batch/web", "honeycomb POST /1/batch/{dataset} [web]"},
           {"POST", "/1/batch/a%2Fb%20%C3%A9", "honeycomb POST /1/batch/{dataset} [a/b \xC3\xA9]"},
           {"POST", "/%31/batch/web", "honeycomb POST /1/batch/{dataset} [web]"},
           {"POST", "/1/batch/100%", "honeycomb POST /1/batch/{dataset} [100%]"},
           {"POST", "/1/batch", "honeycomb 404"},
           {"GET", "/1/batch/web", "honeycomb 405"},
           {"POST", "/1/batch/%ff", "honeycomb 400"},
           {"POST", "/1/batch/%00", "honeycomb 400"},
           {"POST", "/1/batch/..", "honeycomb 400"},
           {"GET", "/1/../secret", "honeycomb 400"},
           {"GET", "/a/%2e%2E/b", "page 400"},
           {"GET", "/1/datasets/special", "honeycomb GET /1/datasets/special"},
           {"GET", "/1/datasets/other", "honeycomb GET /1/datasets/{dataset} [other]"},
           {"DELETE", "/1/datasets/special", "honeycomb DELETE /1/datasets/special"},
           {"DELETE", "/1/datasets/other", "honeycomb 405"},
           {"HEAD", "/1/datasets/other", "honeycomb GET /1/datasets/{dataset} [other]"},
           {"PATCH", "/1/any/p/x/q", "honeycomb * /1/any/{a}/x/{b} [p] [q]"},
           {"GET", "/1/files/a/b%20c/d", "honeycomb GET /1/files/{name...} [a/b c/d]"},
           {"GET", "/1/files", "honeycomb GET /1/files/{name...} []"},
           {"GET", "/1/unknown", "honeycomb 404"},
           {"GET", "/1", "honeycomb 404"},
           {"GET", "/2/teams", "honeycomb 404"},
           {"GET", "/10", "page GET /{path...} [10]"},
           {"GET", "/", "page GET /"},
           {"GET", "/trace/abc", "page GET /{path...} [trace/abc]"},
           {"POST", "/trace/abc", "page 405"},
           {"POST", "/shared", "plain POST /shared"},
           {"OPTIONS", "*", "page 405"},
       }) {
    EXPECT_EQ(find(std::string(c.method), c.target), c.found) << c.method << " " << c.target;
  }
}

TEST_F(RouterTest, AsksBeforeItTakesASharedPath) {
  Request request = head("POST", "/shared");
  EXPECT_EQ(router_.find(request).table->slice, "plain");
  request.headers.add("x-amz-target", "Logs.PutLogEvents");
  EXPECT_EQ(router_.find(request).table->slice, "aws");
}

TEST_F(RouterTest, NamesTheMethodsOfAPath) {
  EXPECT_THAT(router_.find(head("PUT", "/1/datasets/special")).allowed, ElementsAre("GET", "DELETE"));
  EXPECT_THAT(router_.find(head("PUT", "/1/nothing")).allowed, IsEmpty());
}

TEST_F(RouterTest, ShapesErrorsAsTheOwnerDoes) {
  const Error missing{ErrorCode::kNotFound, "no such thing"};
  EXPECT_EQ(router_.shape(head("GET", "/1/nothing"), missing).body, "honeycomb: no such thing");
  EXPECT_EQ(router_.shape(head("GET", "/nothing"), missing).body, "no such thing\n");
  EXPECT_EQ(router_.shape(head("GET", "/nothing"), missing).status, 404);
  // What is wrong inside is for the log, and a shape that throws still gives an answer.
  const Error secret{ErrorCode::kInternal, "secret"};
  EXPECT_EQ(router_.shape(head("GET", "/nothing"), secret).body, "internal error\n");
  EXPECT_EQ(router_.shape(head("GET", "/1/nothing"), secret).body, "internal error\n");
  EXPECT_EQ(Router().shape(head("GET", "/"), missing).headers.get("content-type"), "text/plain; charset=utf-8");
}

}  // namespace
}  // namespace tetrascope
