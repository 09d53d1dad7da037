#include "slices/xray/filter.h"

#include <gtest/gtest.h>

#include "model/members.h"
#include "slices/xray/filter_match.h"
#include "slices/xray/trace_summary.h"

namespace tetrascope::xray {
namespace {

constexpr std::string_view kTraceId = "1-5759e988-bd862e3fe1be46a994272793";
const std::string kAccount = "123456789012";

StoredDocument stored(std::string_view json, std::int64_t received = 1) {
  StoredDocument document;
  document.text = json;
  document.body = value_from_json(json).value();
  document.received = {received};
  return document;
}

TraceId id() { return trace_id_from_text(kTraceId).id; }

/// web calls orders, which asks a table and fails.
std::vector<StoredDocument> failing() {
  return {
      stored(R"({"trace_id":"1-5759e988-bd862e3fe1be46a994272793","id":"0000000000000001","name":"web","user":"alice",
                     "start_time":100,"end_time":110,"fault":true,"annotations":{"age":30,"nick":"brian","internal":true},
                     "http":{"request":{"url":"http://web/api/game/1","method":"POST"},"response":{"status":500}},
                     "subsegments":[{"id":"0000000000000002","name":"orders","namespace":"remote","start_time":101,"end_time":109,
                                     "fault":true,"http":{"response":{"status":500}}}]})"),
      stored(
          R"({"trace_id":"1-5759e988-bd862e3fe1be46a994272793","id":"0000000000000003","name":"orders","parent_id":"0000000000000002",
                     "origin":"AWS::EC2::Instance","start_time":102,"end_time":108,"fault":true,
                     "aws":{"ec2":{"instance_id":"i-1","availability_zone":"us-west-2c"}},
                     "subsegments":[{"id":"0000000000000004","name":"DynamoDB","namespace":"aws","start_time":103,"end_time":107,
                                     "fault":true,"aws":{"table_name":"games","operation":"GetItem"},
                                     "annotations":{"deep":"yes"},
                                     "cause":{"exceptions":[{"id":"9","type":"Throttled","message":"slow down"}]}}]})")};
}

bool fits(std::string_view text) {
  const Trace trace(id(), failing());
  const auto filter = parse_filter(text);
  EXPECT_TRUE(filter) << text << ": " << (filter ? "" : filter.error());
  return filter && matches(**filter, trace, kAccount);
}

TEST(Filter, Fits) {
  for (const std::string_view text : {"fault",
                                      "!ok",
                                      "ok = false",
                                      "FAULT",
                                      "fault OR error",
                                      "!error AND fault",
                                      "inferred",
                                      "!partial",
                                      "!throttle",
                                      "responsetime > 5",
                                      "responseTime >= 10",
                                      "duration >= 5 AND duration <= 10",
                                      "fault !partial duration <11",
                                      "http.status != 200",
                                      "http.status",
                                      "http.url CONTAINS \"/api/game/\"",
                                      "http.url BEGINSWITH \"http://web/\"",
                                      "http.url endswith \"1\"",
                                      "http.method = \"POST\"",
                                      "user = \"alice\"",
                                      "user CONTAINS \"\"",
                                      "availabilityzone = \"us-west-2c\"",
                                      "instance.id = \"i-1\"",
                                      "account.id = \"123456789012\"",
                                      "annotation.age > 29",
                                      "annotation.age",
                                      "annotation.internal",
                                      "annotation.nick contains \"bri\"",
                                      "annotation[nick] != \"\"",
                                      "annotation.deep = \"yes\"",
                                      "!annotation.nothing",
                                      "service(\"orders\")",
                                      "service(\"orders\") { fault }",
                                      "service() { http.status = 500 }",
                                      "!service(\"legacy\")",
                                      "service(id(name: \"orders\", type: \"AWS::EC2::Instance\")) { fault = true }",
                                      "service(id(type: \"AWS::DynamoDB::Table\"))",
                                      "service(\"games\") { inferred }",
                                      "service(id(name: \"web\", type: \"client\"))",
                                      "service(id(name: \"web\", type: \"\"))",
                                      "service(\"web\") { root = true and fault = true",
                                      "edge(\"web\", \"orders\")",
                                      "edge(\"web\", \"orders\") { fault }",
                                      "edge(id(name: \"orders\"), \"games\") { responsetime = 4 }",
                                      "!edge(\"orders\", \"web\")",
                                      "rootcause.fault.service { name = \"games\" and inferred }",
                                      "rootcause.fault.service { last and type = \"AWS::DynamoDB::Table\" }",
                                      "rootcause.fault.exception { last and message = \"slow down\" }",
                                      "rootcause.fault.exception { name = Throttled }",
                                      "rootcause.responsetime.entity { remote and coverage >= 0.4 }",
                                      "rootcause.fault.entity { first and name = \"web\" }",
                                      "rootcause.json = #[{ \"Services\": [ { \"Name\": \"web\" }, { \"Name\": "
                                      "\"orders\" }, { \"Name\": \"games\" } ] }]",
                                      "(fault) AND service(\"web\")",
                                      "not ok"}) {
    EXPECT_TRUE(fits(text)) << text;
  }
}

TEST(Filter, DoesNotFit) {
  for (const std::string_view text : {"ok",
                                      "error",
                                      "partial",
                                      "responsetime > 10",
                                      "responsetime < 0.25 or duration < 1",
                                      "http.status = 200",
                                      "http.useragent",
                                      "http.useragent != \"x\"",
                                      "user = \"Alice\"",
                                      "annotation.age = \"30\"",
                                      "annotation.nothing != \"\"",
                                      "service(\"legacy\")",
                                      "service(\"web\") { inferred }",
                                      "service(id(name: \"web\", type: \"remote\"))",
                                      "service(id(account.id: \"1\"))",
                                      "edge(\"orders\", \"web\")",
                                      "edge(\"web\", \"orders\") { ok }",
                                      "rootcause.error.service",
                                      "rootcause.fault.service { index > 5 }",
                                      "rootcause.json = #[{ \"Services\": [ { \"Name\": \"web\" } ] }]",
                                      "!fault AND !error"}) {
    EXPECT_FALSE(fits(text)) << text;
  }
}

TEST(Filter, Refuses) {
  for (const std::string_view text : {"responsetime > \"5\"",
                                      "user = 'alice'",
                                      "http.status CONTAINS 2",
                                      "service(\"a\" { fault }",
                                      "foo = 1",
                                      "AND fault",
                                      "ok ==true",
                                      "service(\"a\") { annotation.x = 1 }",
                                      "edge(\"a\")",
                                      "annotation. = 1",
                                      "duration >",
                                      "fault fault)",
                                      "fault = 1",
                                      "duration > 5s",
                                      "user = \"a",
                                      "service(\"a\") { service(\"b\") }",
                                      "rootcause.responsetime.exception",
                                      "rootcause.json = #{}",
                                      "rootcause.json = #[",
                                      "group.name = x",
                                      "http.url > \"a\"",
                                      "message = \"a\"",
                                      "fault and",
                                      "",
                                      "()",
                                      "!"}) {
    EXPECT_FALSE(parse_filter(text)) << text;
  }
  EXPECT_FALSE(parse_filter(std::string(1'000, '(') + "ok" + std::string(900, ')')));
  EXPECT_FALSE(parse_filter(std::string(1'500, '!') + "ok"));
  EXPECT_FALSE(parse_filter("ok" + std::string(3'000, ' ')));
}

TEST(EntitySelector, TakesOneNodeOrEdgeAndNothingElse) {
  for (const std::string_view text :
       {"service(\"a\")", "edge(\"a\", \"b\")", "id(name: \"a\", type: \"b\")", "service()"})
    EXPECT_TRUE(parse_entity_selector(text)) << text;
  for (const std::string_view text :
       {"", "fault", "service(\"a\") { fault }", "service(\"a\") AND service(\"b\")", "annotation.a = 1", "\"a\""})
    EXPECT_FALSE(parse_entity_selector(text)) << text;
}

TEST(Groups, AreReplacedByTheirFilters) {
  const Trace trace(id(), failing());
  const auto lookup = [](const GroupTerm& term) -> std::optional<std::string> {
    if (term.text == "all") return "";
    if (term.text == "ok") return "ok";
    if (term.text == "circle") return "group.name = \"circle\"";
    return std::nullopt;
  };
  const auto in = [&](std::string_view text) {
    auto filter = with_groups(parse_filter(text).value(), lookup);
    return filter ? (matches(**filter, trace, kAccount) ? "yes" : "no") : "refused";
  };
  EXPECT_STREQ(in("group.name = \"all\" AND user = \"alice\""), "yes");
  EXPECT_STREQ(in("group.name = \"ok\""), "no");
  EXPECT_STREQ(in("group.name != \"ok\""), "yes");
  EXPECT_STREQ(in("group.name = \"none\""), "refused");
  EXPECT_STREQ(in("group.name = \"circle\""), "refused");
}

}  // namespace
}  // namespace tetrascope::xray
