// What sets spans apart, over a real engine: docs/protocols/ui.md, sentence by sentence.

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "page/page_api.h"

namespace tetrascope {
namespace {

/// One span a trace, three seconds apart; every `nth` is slow, fails, and is of the build to blame.
std::vector<SentSpan> spans_of_a_bad_build(std::int64_t begin, int first_trace, int count, int nth) {
  std::vector<SentSpan> spans;
  for (int i = 0; i < count; ++i) {
    const bool bad = i % nth == 0;
    SentSpan span{.trace = hex_id(first_trace + i), .id = span_id(i + 1), .start = begin + i * 3 * kSecond + i};
    span.name = i % 2 == 0 ? "GET /" : "GET /cart";
    span.kind = 2;
    span.duration = bad ? 2 * kSecond : kSecond / 100 + i;
    span.status = bad ? 2 : 0;
    span.attributes = {attribute("request.id", "stringValue", fmt::format("r-{}", i)),
                       attribute("region", "stringValue", fmt::format("region-{}", i % 7)),
                       attribute("items", "intValue", std::to_string(bad ? 1000 + i : i % 300))};
    if (bad) span.attributes.push_back(attribute("retried", "boolValue", true));
    span.resource = json::array({attribute("service.version", "stringValue", bad ? "2.0" : "1.9")});
    spans.push_back(std::move(span));
  }
  return spans;
}

json key_of(const json& answer, const std::string& key) {
  for (const json& one : answer["keys"]) {
    if (one["key"] == key) return one;
  }
  return {};
}

TEST_F(PageApi, TheCauseOfWhatIsSelectedComesFirstAndIdsDoNot) {
  server().send(spans_of_a_bad_build(kEpoch + 60 * kDay, 60'000, 400, 4));
  const json answer = server().ask("difference?" + range(60) + "&selected_min_duration=1000000000");
  EXPECT_EQ(answer["selection"], json({{"spans", "100"}, {"sampled", 100}}));
  EXPECT_EQ(answer["rest"], json({{"spans", "300"}, {"sampled", 300}}));
  EXPECT_EQ(answer["keys_left_out"], 0);
  // These differ wholly; nothing of the others does.
  std::vector<std::string> first;
  for (std::size_t i = 0; i < 5; ++i) first.push_back(answer["keys"][i]["key"]);
  EXPECT_THAT(first, testing::UnorderedElementsAre("service.version", "status", "status_message", "items", "retried"));
  const json version = key_of(answer, "service.version");
  EXPECT_EQ(version["place"], "resource");
  EXPECT_GT(version["score"], 0.85);
  EXPECT_EQ(version["values"][0]["type"], "string");
  EXPECT_EQ(version["values"][0]["text"], "1.9");
  EXPECT_EQ(version["values"][0]["selection"], 0.0);
  EXPECT_EQ(version["values"][0]["rest"], 1.0);
  EXPECT_EQ(version["values"][1]["text"], "2.0");
  EXPECT_EQ(key_of(answer, "retried")["missing"], json({{"selection", 0.0}, {"rest", 1.0}}));
  EXPECT_EQ(key_of(answer, "status")["values"][0]["text"], "error");
  const json items = key_of(answer, "items");
  EXPECT_LE(items["values"].size(), 10);
  EXPECT_FALSE(items["values"][0]["to"].get<std::string>().empty());
  EXPECT_EQ(key_of(answer, "request.id")["score"], 0.0);
  EXPECT_EQ(key_of(answer, "region")["score"], 0.0);
  EXPECT_EQ(key_of(answer, "kind")["values"][0]["text"], "server");
  // What the question names differs because it does so.
  EXPECT_TRUE(key_of(answer, "duration").is_null());
}

TEST_F(PageApi, SidesOfADifferenceAreWhatTheFiltersSay) {
  server().send(spans_of_a_bad_build(kEpoch + 61 * kDay, 61'000, 40, 4));
  struct Case {
    const char* filter;
    const char* selection;
    const char* rest;
  };
  for (const Case& c : {Case{"&selected_errors=true", "10", "30"},
                        {"&selected_max_duration=1000000000", "30", "10"},
                        {"&selected_min_duration=1&selected_max_duration=1000000000", "30", "10"},
                        {"&name=GET%20/&selected_errors=true", "10", "10"},
                        {"&name=GET%20/cart&selected_errors=true", "0", "20"},
                        {"&selected_service=shop", "40", "0"},
                        {"&selected_name=GET%20/cart", "20", "20"},
                        {"&selected_attribute=region%3Dregion-1", "6", "34"},
                        {"&selected_attribute=region%3Dregion-1&selected_attribute=retried%3Dtrue", "2", "38"},
                        {"&selected_attribute=nobody.sent.this%3D1", "0", "40"},
                        {"&attribute=nobody.sent.this%3D1&selected_errors=true", "0", "0"},
                        {"&max_duration=1000000000&selected_name=GET%20/cart", "20", "10"}}) {
    const json answer = server().ask("difference?" + range(61) + c.filter);
    EXPECT_EQ(answer["selection"]["spans"], c.selection) << c.filter;
    EXPECT_EQ(answer["rest"]["spans"], c.rest) << c.filter;
    const bool comparable = answer["selection"]["spans"] != "0" && answer["rest"]["spans"] != "0";
    EXPECT_EQ(answer["keys"].empty(), !comparable) << c.filter;
  }
  EXPECT_EQ(server().ask("difference?limit=2&" + range(61) + "&selected_errors=true")["keys"].size(), 2);
}

TEST_F(PageApi, OfManySpansADifferenceLooksAtSome) {
  constexpr int kCount = 24'000;
  server().send(spans_of_a_bad_build(kEpoch + 62 * kDay, 100'000, kCount, 10));
  // A range of years: the day's spans are counted in steps of their own.
  const std::string question =
      fmt::format("difference?from={}&to={}&selected_errors=true", kEpoch + 62 * kDay, kEpoch + 2'000 * kDay);
  const json answer = server().ask(question);
  EXPECT_EQ(answer["selection"], json({{"spans", "2400"}, {"sampled", 2400}}));
  EXPECT_EQ(answer["rest"]["spans"], "21600");
  EXPECT_NEAR(answer["rest"]["sampled"].get<int>(), 12'000, 600);
  EXPECT_GT(key_of(answer, "service.version")["score"], 0.97);
  EXPECT_LT(key_of(answer, "region")["score"], 0.02);
  EXPECT_EQ(key_of(answer, "request.id")["score"], 0.0);
  EXPECT_EQ(server().ask(question), answer);
}

TEST_F(PageApi, ADifferenceRefusesWhatItCannotAnswer) {
  struct Case {
    const char* question;
    const char* message;
  };
  for (const Case& c :
       {Case{"", "selected_errors or another: say which spans are selected"},
        {"?service=shop", "selected_errors or another: say which spans are selected"},
        {"?selected_errors=false", "selected_errors or another: say which spans are selected"},
        {"?selected_errors=yes", "selected_errors: want true or false"},
        {"?selected_min_duration=-1", "selected_min_duration: want a whole number from 0 to 9223372036854775807"},
        {"?selected_attribute=key", "selected_attribute: want key=value"},
        {"?selected=true", "selected: no such parameter"},
        {"?selected_errors=true&selected_errors=true", "selected_errors: given twice"},
        {"?selected_errors=true&limit=501", "limit: want a whole number from 1 to 500"},
        {"?selected_errors=true&from=0&to=9223372036854775807", "from and to: at most 3650 days apart"}}) {
    const Response response = server().request("GET", std::string("/api/v1/difference") + c.question);
    EXPECT_EQ(response.status, 400) << c.question;
    EXPECT_EQ(json::parse(response.body)["error"]["message"], c.message) << c.question;
  }
}

}  // namespace
}  // namespace tetrascope
