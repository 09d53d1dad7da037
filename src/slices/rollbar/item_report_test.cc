#include "slices/rollbar/item_report.h"

#include <gtest/gtest.h>

namespace tetrascope::rollbar {
namespace {

constexpr std::string_view kMessage = R"({"environment":"test","body":{"message":{"body":"hello 42"}}})";
constexpr std::string_view kTrace =
    R"({"environment":"test","level":"critical","language":"python 3.11.7","framework":"flask","uuid":"u-1",)"
    R"("server":{"host":"h","root":"/srv"},"person":{"id":7},"request":{"url":"http://x/","method":"GET","user_ip":"$remote_ip"},)"
    R"("body":{"trace":{"frames":[{"filename":"/srv/a.py","lineno":3,"method":"f","code":"raise X"
}],)"
    R"("exception":{"class":"UserNotFound","message":"no user worf"}}},"custom":{"a":1.50}})";

std::string wrapped(std::string_view data) { return R"({"access_token":"tok","data":)" + std::string(data) + "}"; }

ItemReport only(const ItemBody& body) {
  EXPECT_TRUE(body.reports) << (body.reports ? "" : body.reports.error().message);
  if (!body.reports || body.reports->size() != 1) return {};
  return body.reports->front();
}

TEST(ItemReport, TakesEveryFormOfBody) {
  struct Case {
    std::string body, token;
    std::size_t reports;
  };
  const std::string message(kMessage);
  for (const Case& c : {
           Case{wrapped(kMessage), "tok", 1},
           {message, "", 1},
           {"[" + wrapped(kMessage) + "," + message + "]", "tok", 2},
           {" \r\n" + wrapped(kMessage) + "\n", "tok", 1},
           {"payload=%7B%22access_token%22%3A%22t%22%2C%22data%22%3A%7B%22environment%22%3A%22e+e%22%2C%22body%22%3A%7B"
            "%22message%22%3A%7B%22body%22%3A%22a%22%7D%7D%7D%7D",
            "t", 1},
       }) {
    const ItemBody body = decode_item_body(c.body);
    EXPECT_EQ(body.access_token, c.token) << c.body;
    ASSERT_TRUE(body.reports) << c.body << ": " << body.reports.error().message;
    EXPECT_EQ(body.reports->size(), c.reports) << c.body;
  }
}

TEST(ItemReport, KeepsTheDocumentAsItWasSent) {
  EXPECT_EQ(only(decode_item_body(wrapped(kTrace))).document, kTrace);
  EXPECT_EQ(only(decode_item_body(kTrace)).document, kTrace);
  const auto two = decode_item_body("[" + wrapped(kTrace) + "," + wrapped(kMessage) + "]");
  ASSERT_TRUE(two.reports);
  EXPECT_EQ(two.reports->at(0).document, kTrace);
  EXPECT_EQ(two.reports->at(1).document, kMessage);
}

/// What is not asked of frames and of telemetry is left out only there, and stays in the document.
TEST(ItemReport, ReadsPastLocalsAndTelemetry) {
  constexpr std::string_view kFull =
      R"({"environment":"test","body":{"telemetry":[{"body":{"message":"clicked"}}],)"
      R"("trace":{"frames":[{"filename":"a.py","lineno":3,"method":"f","code":"x","locals":{"code":"y"},)"
      R"("context":{"pre":["p"],"post":[]},"args":[[[]]]}],"exception":{"class":"E","message":"m"},)"
      R"("extra":{"trace_id":"0af7651916cd43dd8448eb211c80319c"}}},)"
      R"("custom":{"body":{"telemetry":{"k":1}},"frames":[{"locals":{"v":2}}]}})";
  const ItemReport report = only(decode_item_body(wrapped(kFull)));
  EXPECT_EQ(report.document, kFull);
  EXPECT_EQ(report.stacktrace, "Traceback (most recent call last):\n  File \"a.py\", line 3, in f\n    x\nE: m\n");
  EXPECT_EQ(report.trace_id.id, trace_id_from_text("0af7651916cd43dd8448eb211c80319c").id);
  EXPECT_EQ(to_plain_json(Value(report.custom)), R"({"body":{"telemetry":{"k":1}},"frames":[{"locals":{"v":2}}]})");
  EXPECT_FALSE(decode_item_body(R"({"environment":"t","body":{"telemetry":{"a":1},"message":{"body":"m"}}})").reports);
}

TEST(ItemReport, MendsHalvesOfCharacters) {
  const ItemReport report = only(decode_item_body(R"({"environment":"e","body":{"message":{"body":"cut \ud83d"}}})"));
  EXPECT_EQ(report.title, "cut \xEF\xBF\xBD");
  EXPECT_EQ(report.document, R"({"environment":"e","body":{"message":{"body":"cut \ufffd"}}})");
}

TEST(ItemReport, ReadsAnException) {
  const ItemReport report = only(decode_item_body(wrapped(kTrace)));
  EXPECT_EQ(report.title, "UserNotFound: no user worf");
  EXPECT_EQ(report.level, "critical");
  EXPECT_EQ(report.environment, "test");
  EXPECT_EQ(report.uuid, "u-1");
  EXPECT_EQ(report.person_id, "7");
  EXPECT_EQ(report.host, "h");
  EXPECT_EQ(report.user_ip, "$remote_ip");
  EXPECT_EQ(report.exception_type, "UserNotFound");
  EXPECT_EQ(report.exception_message, "no user worf");
  EXPECT_EQ(report.stacktrace,
            "Traceback (most recent call last):\n  File \"/srv/a.py\", line 3, in f\n    raise X\n"
            "UserNotFound: no user worf\n");
}

TEST(ItemReport, DefaultsAndTitles) {
  struct Case {
    std::string_view data, title, level;
  };
  for (
      const Case& c : {
          Case{kMessage, "hello 42", "info"},
          {R"({"environment":"e","level":"warn","title":"T","body":{"message":{"body":"x"}}})", "T", "warning"},
          {R"({"environment":"e","body":{"trace_chain":[{"frames":[],"exception":{"class":"A","message":"m"}},)"
           R"({"frames":[],"exception":{"class":"B"}}]}})",
           "A: m", "error"},
          {R"({"environment":"e","body":{"trace":{"frames":[],"exception":{"class":"ReferenceError","message":"x is not defined",)"
           R"("description":"Uncaught ReferenceError: x is not defined"}}}})",
           "Uncaught ReferenceError: x is not defined", "error"},
          {R"({"environment":"e","body":{"trace":{"frames":[],"exception":{"class":"Error","message":"m","description":"said"}}}})",
           "Error: said", "error"},
          {R"({"environment":"e","body":{"crash_report":{"raw":"first\nsecond"}}})", "first", "info"},
          {R"({"environment":"e","body":{"message":{"body":""}}})", "(empty message)", "info"},
      }) {
    const ItemReport report = only(decode_item_body(c.data));
    EXPECT_EQ(report.title, c.title) << c.data;
    EXPECT_EQ(report.level, c.level) << c.data;
    EXPECT_EQ(report.uuid.empty(), false) << c.data;
  }
}

TEST(ItemReport, GoSendsTheInnermostFrameFirst) {
  const auto stack = [](std::string_view language) {
    return only(decode_item_body(
        R"({"environment":"e","language":")" + std::string(language) +
        R"(","body":{"trace":{"frames":[{"filename":"in","method":"i"},{"filename":"out","method":"o"}],)"
        R"("exception":{"class":"E"}}}})"));
  };
  EXPECT_LT(stack("go").stacktrace.find("\"out\""), stack("go").stacktrace.find("\"in\""));
  EXPECT_LT(stack("python").stacktrace.find("\"in\""), stack("python").stacktrace.find("\"out\""));
  EXPECT_NE(stack("go").fingerprint, stack("python").fingerprint);
}

TEST(ItemReport, RefusesInTheVendorsWords) {
  struct Case {
    std::string_view body;
    ErrorCode code;
    std::string_view message;
  };
  for (const Case& c : {
           Case{"", ErrorCode::kMalformed, "could not be parsed"},
           {"nonsense", ErrorCode::kMalformed, "could not be parsed"},
           {"{\"data\":", ErrorCode::kMalformed, "could not be parsed"},
           {"{\"data\":{}} x", ErrorCode::kMalformed, "could not be parsed"},
           {"[]", ErrorCode::kInvalid, "data is missing and it is required."},
           {R"({"data":3})", ErrorCode::kInvalid, "data should be object."},
           {R"({"data":{"body":{}}})", ErrorCode::kInvalid, "data.environment is missing and it is required."},
           {R"({"data":{"environment":"e"}})", ErrorCode::kInvalid, "data.body must not be undefined."},
           {R"({"data":{"environment":"e","body":{}}})", ErrorCode::kInvalid, "(but not more than one)."},
           {R"({"data":{"environment":"e","body":{"message":{"body":"a"},"trace":{}}}})", ErrorCode::kInvalid,
            "(but not more than one)."},
           {R"({"data":{"environment":"e","level":3,"body":{"message":{"body":"a"}}}})", ErrorCode::kInvalid,
            "data.level should be string."},
           {R"({"data":{"environment":"e","context":{},"body":{"message":{"body":"a"}}}})", ErrorCode::kInvalid,
            "data.context object value found, but a null is required."},
           {R"({"data":{"environment":"e","body":{"message":{"body":"a"},"telemetry":{}}}})", ErrorCode::kInvalid,
            "data.body.telemetry should be array."},
           {R"({"data":{"environment":"e","person":{"email":"x"},"body":{"message":{"body":"a"}}}})",
            ErrorCode::kInvalid, "data.person.id is missing and it is required."},
           {R"({"data":{"environment":"e","body":{"trace":{"frames":[],"exception":{"class":"E","message":{}}}}}})",
            ErrorCode::kInvalid, "data.body.trace.exception.message should be string."},
           {R"({"data":{"environment":"e","body":{"message":{}}}})", ErrorCode::kInvalid,
            "data.body.message.body is missing and it is required."},
       }) {
    const ItemBody body = decode_item_body(c.body);
    ASSERT_FALSE(body.reports) << c.body;
    EXPECT_EQ(body.reports.error().code, c.code) << c.body;
    EXPECT_NE(body.reports.error().message.find(c.message), std::string::npos)
        << c.body << ": " << body.reports.error().message;
  }
  const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
  EXPECT_FALSE(decode_item_body(R"({"data":{"environment":"e","custom":)" + deep + "}}").reports);
}

TEST(ItemReport, CutsAtCharacters) {
  EXPECT_EQ(cut_text("ab\xC3\xA9", 3), "ab");
  EXPECT_EQ(cut_text("ab\xC3\xA9", 4), "ab\xC3\xA9");
}

}  // namespace
}  // namespace tetrascope::rollbar
