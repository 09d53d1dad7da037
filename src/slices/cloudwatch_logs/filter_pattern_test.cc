#include "slices/cloudwatch_logs/filter_pattern.h"

#include <gtest/gtest.h>

namespace tetrascope::cloudwatch_logs {
namespace {

constexpr std::string_view kLine =
    R"(127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534)";
constexpr std::string_view kDocument =
    R"({"user":{"id":1,"email":"John.Stiles@example.com"},"users":[{"id":2,"email":"John.Doe@example.com"},)"
    R"({"id":3,"email":"Jane.Doe@example.com"}],"actions":["GET","PUT","DELETE"],)"
    R"("coordinates":[[0,1,2],[4,5,6],[7,8,9]]})";

// The examples of the dossier (cloudwatch_logs 4.7), and what it leaves to reason.
TEST(FilterPattern, Matches) {
  const struct {
    std::string_view pattern, message;
    bool matches;
  } table[] = {
      {"", "anything", true},
      {" ", "anything", true},
      {"ERROR", "[ERROR 400] BAD REQUEST", true},
      {"ERROR", "Exiting with ERRORCODE: -1", true},
      {"ERROR", "error: x", false},
      {"ERROR ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", true},
      {"ERROR ARGUMENTS", "[ERROR 400] BAD REQUEST", false},
      {"?ERROR ?ARGUMENTS", "[ERROR 401] UNAUTHORIZED", true},
      {"?ERROR ?WARN", "info", false},
      {"?ERROR ?500", "GET /api 500 INTERNAL SERVER ERROR", true},
      {"?ERROR ?ARGUMENTS REQUEST", "[INFO] REQUEST FAILED", true},
      {"\"INTERNAL SERVER ERROR\"", "[ERROR 500] INTERNAL SERVER ERROR", true},
      {"\"INTERNAL SERVER ERROR\"", "SERVER INTERNAL ERROR", false},
      {"ERROR -ARGUMENTS", "[ERROR 400] BAD REQUEST", true},
      {"ERROR -ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", false},
      {"-DEBUG", "INFO x", true},
      {"-DEBUG", "DEBUG x", false},
      {"%^ERROR%", "ERROR first", true},
      {"%^ERROR%", "[ERROR 1]", false},
      {"%colou?r%", "colur", false},
      {R"(%\d{1,3}\.\d{1,3}%)", "from 10.0.0.1 ok", true},
      {"%gray|grey%", "grey sky", true},
      {R"({ $.eventType = "UpdateTrail" })", R"({"eventType":"UpdateTrail"})", true},
      {"{ $.eventType = UpdateTrail }", R"({"eventType":"UpdateTrail"})", true},
      {R"({ $.eventType = "updatetrail" })", R"({"eventType":"UpdateTrail"})", false},
      {R"({ $.eventType = "*Trail" })", R"({"eventType":"UpdateTrail"})", true},
      {"{ $.eventType = %Trail% }", R"({"eventType":"UpdateTrail"})", true},
      {"{ $.sourceIPAddress != 123.123.* }", R"({"sourceIPAddress":"111.111.111.111"})", true},
      {"{ $.sourceIPAddress != 123.123.* }", R"({"sourceIPAddress":"123.123.1.1"})", false},
      {R"({ $.arrayKey[0] = "value" })", R"({"arrayKey":["value","another value"]})", true},
      {R"({ $.arrayKey[1] = "value" })", R"({"arrayKey":["value","another value"]})", false},
      {R"({ $.arrayKey[*] = "another value" })", R"({"arrayKey":["value","another value"]})", true},
      {"{ $.objectList[1].id = 2 }", R"({"objectList":[{"id":1},{"id":2}]})", true},
      {"{ $.SomeObject IS NULL }", R"({"SomeObject":null})", true},
      {"{ $.SomeObject IS NULL }", "{}", false},
      {"{ $.Other NOT EXISTS }", R"({"a":1})", true},
      {"{ $.Other NOT EXISTS }", R"({"Other":null})", false},
      {"{ $.ThisFlag IS TRUE }", R"({"ThisFlag":true})", true},
      {"{ $.ThisFlag IS FALSE }", R"({"ThisFlag":true})", false},
      {"{ $.bandwidth > 75 }", R"({"bandwidth":75})", false},
      {"{ $.bandwidth > 75 }", R"({"bandwidth":76})", true},
      {"{ $.number[0] = 1e-3 }", R"({"number":[0.001]})", true},
      {"{ $.latency > +1000 }", R"({"latency":1001})", true},
      {"{ $.users = 1 }", R"({"users":[1,2,3]})", false},
      {"{ $.users != 1 }", R"({"users":[1,2,3]})", false},
      {R"({ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") })", kDocument, true},
      {R"({ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" })", kDocument, false},
      {R"({ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch && $.actions[2] = nonmatch })",
       kDocument, true},
      {R"({ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch) && $.actions[2] = nonmatch })",
       kDocument, false},
      {R"({ $.message = "hello" })", "hello", false},
      {"{ $.latency = * }", R"({"latency":50})", true},
      {"[ip, user, username, timestamp, request, status_code, bytes]", kLine, true},
      {"[ip, user, username, timestamp, request =*.html*, status_code = 4*, bytes]", kLine, true},
      {"[..., request =*.html*, status_code = 4*, bytes]", kLine, true},
      {"[..., status_code = 5*, bytes]", kLine, false},
      {"[..., bytes > 1000]", kLine, true},
      {"[ip, user, ...]", kLine, true},
      {"[..., status_code = 404 || status_code = 410, bytes]", kLine, true},
      {"[w1=ERROR, w2]", "ERROR WARN message", false},
      {"[w1=ERROR, w2]", "ERROR message", true},
      {"[w1=ERROR || W1=WARN, w2]", "WARN message", true},
      {"[w1!=ERROR && w1!=WARN, w2]", "INFO message", true},
      {"[]", "anything", true},
  };
  for (const auto& [pattern, message, expected] : table) {
    const auto parsed = parse_filter_pattern(pattern);
    ASSERT_TRUE(parsed) << pattern << ": " << parsed.error().message;
    EXPECT_EQ(matches(*parsed, message), expected) << pattern << " on " << message;
  }
}

TEST(FilterPattern, Refused) {
  for (const std::string_view pattern :
       {"%something!%", "%(ab)+%", "\"open", "%open", "a:b", "{ $.a = }", "{ $.a IS NOT NULL }", "{ $.a EXISTS }",
        "{ a = 1 }", "{ $.a = 1", "{ $.a > text }", "[a, b", "[..., a, ...]", "[a = 1 && b = 2]", "{ $.a = 1 } x",
        "{ $.a = %x% || $.b = %y% || $.c = %z% }", "-", "{ $. = 1 }", "%[%"}) {
    EXPECT_FALSE(parse_filter_pattern(pattern)) << pattern;
  }
  EXPECT_FALSE(parse_filter_pattern("{ " + std::string(500, '(') + "$.a = 1"));
}

TEST(FilterPattern, NamesTheSignThatWantsQuotes) {
  for (const auto& [pattern, sign] : {std::pair{"ERROR: x", ':'},
                                      {"?Status: timeout", ':'},
                                      {"a (b)", '('},
                                      {"\"a\" [b", '['},
                                      {"foo-bar", '-'},
                                      {"--a", '-'}}) {
    const auto parsed = parse_filter_pattern(pattern);
    ASSERT_FALSE(parsed) << pattern;
    EXPECT_EQ(parsed.error().message, std::string(kBadCharacter) + " '" + sign + "'") << pattern;
  }
}

TEST(FilterPattern, ExtractsValues) {
  using Values = std::vector<std::pair<std::string, std::string>>;
  const auto extracted = [](std::string_view pattern, std::string_view message) {
    return extracted_values(*parse_filter_pattern(pattern), message);
  };
  EXPECT_EQ(extracted("{ $.latency = * }", R"({"latency":50})"), (Values{{"$.latency", "50"}}));
  EXPECT_EQ(extracted("ERROR", "ERROR"), Values{});
  EXPECT_EQ(extracted("[..., request=*.html*, status_code=4*,]", kLine),
            (Values{{"$request", "GET /index.html HTTP/1.0"}, {"$status_code", "404"}, {"$7", "1534"}}));
}

}  // namespace
}  // namespace tetrascope::cloudwatch_logs
