#include <gtest/gtest.h>

#include <thread>

#include "test_server.h"
#include "tetrascope/kit/diagnostics.h"
#include "tetrascope/kit/xray.h"
#include "xray/daemon_address.h"
#include "xray/sampling_rules.h"

namespace tetrascope::kit {
namespace {

std::string rule(const std::string& name, int priority, double rate, int reservoir, const std::string& path,
                 const std::string& more = "") {
  return R"({"SamplingRule":{"RuleName":")" + name + R"(","ResourceARN":"*","Priority":)" + std::to_string(priority) +
         R"(,"FixedRate":)" + std::to_string(rate) + R"(,"ReservoirSize":)" + std::to_string(reservoir) +
         R"(,"ServiceName":"*","ServiceType":"*","Host":"*","HTTPMethod":"*","URLPath":")" + path +
         R"(","Version":1,"Attributes":{)" + more + R"(}},"CreatedAt":0.0,"ModifiedAt":0.0})";
}

std::string rules(const std::string& all) { return R"({"SamplingRuleRecords":[)" + all + "]}"; }

TEST(Wildcard, AsTheSdksMatch) {
  struct Case {
    std::string pattern, text;
    bool match;
  };
  for (const Case& each : {Case{"*", "", true}, Case{"", "", true}, Case{"", "a", false}, Case{"a?c", "ABC", true},
                           Case{"a?c", "ac", false}, Case{"/api/*", "/api/x/y", true}, Case{"*a*b", "xaxb", true},
                           Case{"*a*b", "xaxbx", false}, Case{"a**", "a", true}}) {
    EXPECT_EQ(matches_wildcard(each.pattern, each.text), each.match) << each.pattern << " " << each.text;
  }
}

TEST(Rules, AreTriedByPriorityAndThoseForOthersPassedOver) {
  const auto all = parse_rules(rules(rule("Default", 10'000, 0.05, 1, "*") + "," + rule("b", 5, 1, 0, "/api/*") + "," +
                                     rule("a", 5, 1, 0, "/x") + "," + rule("attr", 1, 1, 0, "*", R"("k":"v")")),
                               {});
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(*all[0].name, "a");
  EXPECT_EQ(*all[1].name, "b");
  EXPECT_TRUE(all[1].matches({"s", "h", "GET", "/api/1"}));
  EXPECT_FALSE(all[1].matches({"s", "h", "GET", "/"}));
  EXPECT_TRUE(all[1].matches({"s", "h", "GET", ""})) << "what is not known matches";
  for (const char* bad :
       {"", "[]", "{", R"({"SamplingRuleRecords":7})", R"({"SamplingRuleRecords":[7,{"SamplingRule":[]}]})"}) {
    EXPECT_TRUE(parse_rules(bad, {}).empty()) << bad;
  }
}

TEST(Rules, BorrowThenQuotaThenRate) {
  SamplingRule one = parse_rules(rules(rule("r", 1, 0.5, 10, "*")), {}).at(0);
  EXPECT_TRUE(one.take(100, 0.9)) << "borrowed, one a second";
  EXPECT_FALSE(one.take(100, 0.9));
  EXPECT_TRUE(one.take(100, 0.1)) << "by the rate";
  EXPECT_TRUE(one.take(101, 0.9));
  EXPECT_EQ(one.borrowed, 2);
  std::vector<SamplingRule> all{one};
  const std::string report = take_report(all, "0123456789abcdef01234567", 102);
  EXPECT_NE(report.find(R"("RequestCount":4,"SampledCount":1,"BorrowCount":2)"), std::string::npos) << report;
  EXPECT_EQ(take_report(all, "0123456789abcdef01234567", 103), "") << "nothing new";
  EXPECT_FALSE(apply_targets(all,
                             R"({"SamplingTargetDocuments":[{"RuleName":"r","FixedRate":0.0,"ReservoirQuota":2,
                               "ReservoirQuotaTTL":200,"Interval":10}],"LastRuleModification":50,"UnprocessedStatistics":[]})",
                             60));
  EXPECT_TRUE(all[0].take(150, 0));
  EXPECT_TRUE(all[0].take(150, 0));
  EXPECT_FALSE(all[0].take(150, 0)) << "the quota is spent and the rate is 0";
  EXPECT_TRUE(all[0].take(201, 0.9)) << "the quota has run out: borrowed again";
  EXPECT_TRUE(apply_targets(all, R"({"SamplingTargetDocuments":[],"LastRuleModification":70})", 60));
  EXPECT_TRUE(apply_targets(all, R"({"UnprocessedStatistics":[{"RuleName":"r","ErrorCode":"400"}]})", 60));
}

TEST(Sampler, FollowsTheDaemonsRulesAndReportsToIt) {
  test::TestServer daemon([](const test::Received& request) {
    test::Reply reply;
    if (request.path == "/GetSamplingRules") {
      reply.body = rules(rule("none", 1, 0, 0, "/health") + "," + rule("all", 2, 1, 0, "*"));
    } else {
      reply.body = R"({"SamplingTargetDocuments":[{"RuleName":"all","FixedRate":0.0,"Interval":10}],
                       "LastRuleModification":0,"UnprocessedStatistics":[]})";
    }
    return reply;
  });
  XraySamplerOptions options;
  options.service = "backend";
  options.daemon = "tcp:127.0.0.1:" + std::to_string(daemon.port()) + " udp:127.0.0.1:9";
  options.targets_every_ms = 50;
  const auto sampler = make_xray_sampler(options);
  daemon.wait_for(1);
  const TraceId id{{1}};
  const auto decide = [&](const char* path) {
    const Attribute attributes[] = {{"url.path", path}};
    return sampler->decide({SpanContext(), id, "n", SpanKind::kServer, Attributes(attributes, 1)});
  };
  SamplingDecision decision;
  for (int i = 0; i < 200 && !decision.rule; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    decision = decide("/x");
  }
  ASSERT_TRUE(decision.rule) << "the rules never came";
  EXPECT_EQ(*decision.rule, "all");
  EXPECT_TRUE(decision.sampled);
  EXPECT_FALSE(decide("/health?x=1").sampled);
  for (int i = 0; i < 500 && decide("/x").sampled; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_FALSE(decide("/x").sampled) << "the target's rate";
  bool reported = false;
  for (const auto& each : daemon.received()) reported = reported || each.path == "/SamplingTargets";
  EXPECT_TRUE(reported);
}

TEST(Sampler, WithoutADaemonOneASecondAndFivePercent) {
  int said = 0;
  set_diagnostics([&](std::string_view) { ++said; });
  {
    XraySamplerOptions options;
    options.daemon = "127.0.0.1:" + std::to_string(test::dead_port());
    const auto sampler = make_xray_sampler(options);
    const TraceId id{{1}};
    int taken = 0;
    for (int i = 0; i < 2'000; ++i)
      taken += sampler->decide({SpanContext(), id, "n", SpanKind::kServer, {}}).sampled ? 1 : 0;
    EXPECT_GT(taken, 30);
    EXPECT_LT(taken, 250);
  }
  set_diagnostics(nullptr);
  EXPECT_LE(said, 1);
}

}  // namespace
}  // namespace tetrascope::kit
