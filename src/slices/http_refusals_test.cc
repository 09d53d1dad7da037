#include "slices/http_refusals.h"

#include <gtest/gtest.h>

#include "net/exchange.h"

namespace tetrascope {
namespace {

TEST(HttpRefusals, AForeignHostIsToldApartFromAForeignPage) {
  Request request;
  request.headers.add("Host", "rebound.example:4318");
  const auto host = check_same_origin(request, {});
  ASSERT_FALSE(host.has_value());
  const auto host_words = http_refusal_words(host.error());
  ASSERT_TRUE(host_words.has_value()) << host.error().message;
  EXPECT_EQ(host_words->reason, "unknown host name");

  request.headers.set("Host", "localhost:4318");
  request.headers.add("Origin", "https://elsewhere.example");
  const auto origin = check_same_origin(request, {});
  ASSERT_FALSE(origin.has_value());
  const auto origin_words = http_refusal_words(origin.error());
  ASSERT_TRUE(origin_words.has_value()) << origin.error().message;
  EXPECT_EQ(origin_words->reason, "page of another site");
}

TEST(HttpRefusals, EachIsKnownByItsMessage) {
  struct Case {
    const char* message;
    const char* reason;
    const char* in_remedy;
  };
  for (const Case& c : {Case{"request body: came too slowly", "client too slow", "network"},
                        {"request head: came too slowly", "client too slow", "connects"},
                        {"request body: ended after 7 bytes, before its end", "connection broken off", "timeout"},
                        {"request body: larger than this path takes", "request too large", "smaller"},
                        {"request body: 99 bytes, want at most 5", "request too large", "smaller"},
                        {"request head: too large", "headers too large", "headers"},
                        {"request head: more than 100 fields", "headers too large", "headers"},
                        {"request head: want one Host field", "broken HTTP", "proxy"},
                        {"request line: want HTTP/1.1", "broken HTTP", "proxy"},
                        {"Content-Length: want one decimal number", "broken HTTP", "proxy"},
                        {"query string: not UTF-8", "broken HTTP", "proxy"}}) {
    const auto words = http_refusal_words({ErrorCode::kMalformed, c.message});
    ASSERT_TRUE(words.has_value()) << c.message;
    EXPECT_EQ(words->reason, c.reason) << c.message;
    EXPECT_NE(words->remedy.find(c.in_remedy), std::string_view::npos) << c.message;
  }
}

TEST(HttpRefusals, WhatASliceSaysIsItsOwn) {
  for (const char* message :
       {"failed to parse OTLP request body: field 1 is cut off", "missing 'x-honeycomb-team' header",
        "nothing is at this path", "the body has more than 5 bytes when inflated", ""}) {
    EXPECT_FALSE(http_refusal_words({ErrorCode::kMalformed, message}).has_value()) << message;
  }
}

}  // namespace
}  // namespace tetrascope
