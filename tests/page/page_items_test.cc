// Errors as the page lists them: docs/protocols/ui.md, "items".

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <set>

#include "page/page_api.h"
#include "page/vendor_clients.h"

namespace tetrascope {
namespace {

class ItemsApi : public PageApi {
 protected:
  static void SetUpTestSuite() {
    PageApi::SetUpTestSuite();
    for (int i = 0; i < 3; ++i) send_item(server(), "first-token", exception_data("KeyError", "handle"));
    json second = exception_data("TimeoutError", "no answer");
    second["environment"] = "staging";
    second["level"] = "critical";
    send_item(server(), "second-token", second);
    const std::int64_t now = UnixNanos::now().value;
    server().send({{.trace = hex_id(5),
                    .id = span_id(6),
                    .service = "web",
                    .start = now,
                    .status = 2,
                    .more = {{"events",
                              {{{"timeUnixNano", std::to_string(now)},
                                {"name", "exception"},
                                {"attributes",
                                 {attribute("exception.type", "stringValue", "RangeError"),
                                  attribute("exception.message", "stringValue", "out of socks")}}}}}}}});
  }
  static std::vector<std::string> titles(const std::string& filter) {
    std::vector<std::string> found;
    const json answer = server().ask("items?last=1h" + filter);
    for (const json& item : answer["items"]) found.push_back(item["title"]);
    return found;
  }
  static json item_of(const std::string& text) {
    const json items = server().ask("items?last=1h&text=" + text)["items"];
    EXPECT_EQ(items.size(), 1U) << text;
    return items.empty() ? json() : items[0];
  }
  static std::string path_of(const json& item) {
    return fmt::format("items/{}/{}", item["project"].get<int>(), item["id"].get<std::int64_t>());
  }
  static Response change(const json& item, const std::string& body) {
    Headers headers;
    headers.add("Content-Type", "application/json");
    return server().request("PATCH", "/api/v1/" + path_of(item), body, std::move(headers));
  }
};

constexpr const char* kKeyError = "KeyError: handle";
constexpr const char* kTimeout = "TimeoutError: no answer";
constexpr const char* kRangeError = "RangeError: out of socks";

TEST_F(ItemsApi, ItemsOfAllProjectsStandTogether) {
  using testing::ElementsAre;
  using testing::UnorderedElementsAre;
  EXPECT_THAT(titles(""), UnorderedElementsAre(kKeyError, kTimeout, kRangeError));
  EXPECT_THAT(titles("&environment=staging"), ElementsAre(kTimeout));
  EXPECT_THAT(titles("&level=critical"), ElementsAre(kTimeout));
  EXPECT_THAT(titles("&text=KEYERR"), ElementsAre(kKeyError));
  EXPECT_THAT(titles("&status=resolved"), ElementsAre());
  const json answer = server().ask("items?last=1h&limit=1");
  EXPECT_EQ(answer["items"].size(), 1U);
  EXPECT_EQ(answer["total"], 3);
  std::multiset<std::string> origins;
  for (const json& project : answer["projects"]) origins.insert(project["origin"]);
  EXPECT_EQ(origins, (std::multiset<std::string>{"otlp", "rollbar", "rollbar"}));
  // What did not occur in the range is not shown.
  EXPECT_TRUE(server().ask("items?" + range(1))["items"].empty());
}

TEST_F(ItemsApi, AnItemHasItsCountsAndItsOccurrencesAsTheyWereSent) {
  const json item = item_of("KeyError");
  EXPECT_EQ(item["occurrences"], 3);
  EXPECT_EQ(item["in_range"], 3);
  EXPECT_EQ(item["environment"], "production");
  EXPECT_LE(std::stoll(item["first"].get<std::string>()), std::stoll(item["last"].get<std::string>()));
  int counted = 0;
  for (const json& step : item["series"]) counted += step.get<int>();
  EXPECT_EQ(counted, 3);
  EXPECT_EQ(server().ask(path_of(item) + "?last=1h")["item"], item);
  const json page = server().ask(path_of(item) + "/occurrences?limit=2");
  ASSERT_EQ(page["occurrences"].size(), 2U);
  EXPECT_EQ(page["occurrences"][0]["instance"]["data"]["body"]["trace"]["frames"][0]["filename"], "app.py");
  EXPECT_EQ(page["occurrences"][0]["trace_id"], "");
  const json rest = server().ask(path_of(item) + "/occurrences?limit=2&before=" + page["before"].get<std::string>());
  EXPECT_EQ(rest["occurrences"].size(), 1U);
  EXPECT_TRUE(rest["before"].is_null());
}

TEST_F(ItemsApi, AnExceptionOfOpenTelemetryLeadsToItsTrace) {
  const json item = item_of("RangeError");
  EXPECT_EQ(item["origin"], "otlp");
  const json occurrences = server().ask(path_of(item) + "/occurrences")["occurrences"];
  ASSERT_EQ(occurrences.size(), 1U);
  EXPECT_EQ(occurrences[0]["trace_id"], hex_id(5));
  EXPECT_EQ(occurrences[0]["span_id"], span_id(6));
}

TEST_F(ItemsApi, ItemsAreResolvedMutedReopenedAndComeBackByThemselves) {
  const json item = item_of("TimeoutError");
  for (const char* status : {"muted", "resolved", "active", "resolved"}) {
    const Response response = change(item, fmt::format(R"({{"status":"{}"}})", status));
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(item_of("TimeoutError")["status"], status);
  }
  json again = exception_data("TimeoutError", "no answer");
  again["environment"] = "staging";
  send_item(server(), "second-token", again);
  EXPECT_EQ(item_of("TimeoutError")["status"], "active");
}

TEST_F(ItemsApi, WhatMakesNoSenseIsRefusedInThePagesForm) {
  const json item = item_of("KeyError");
  struct Case {
    Response response;
    int status;
    const char* code;
  };
  for (const Case& c :
       {Case{change(item, R"({"status":"gone"})"), 400, "invalid"}, Case{change(item, "{"), 400, "malformed"},
        Case{server().request("GET", "/api/v1/items?last=soon"), 400, "invalid"},
        Case{server().request("GET", "/api/v1/items?nothing=1"), 400, "invalid"},
        Case{server().request("GET", "/api/v1/items/99/1"), 404, "not_found"},
        Case{server().request("GET", "/api/v1/items/1/999999"), 404, "not_found"},
        Case{server().request("GET", "/api/v1/items/x/1"), 400, "malformed"}}) {
    EXPECT_EQ(c.response.status, c.status) << c.response.body;
    EXPECT_EQ(json::parse(c.response.body)["error"]["code"], c.code);
  }
}

}  // namespace
}  // namespace tetrascope
