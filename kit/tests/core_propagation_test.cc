#include <gtest/gtest.h>

#include "tetrascope/kit/propagation.h"

namespace tetrascope::kit {
namespace {

constexpr const char* kTrace = "5759e988bd862e3fe1be46a994272793";

TEST(Traceparent, ReadsWhatTheStandardAllowsAndNothingElse) {
  struct Case {
    std::string text;
    bool valid;
    bool sampled;
  };
  const std::string id = std::string(kTrace) + "-53995c3f42cd8ad8";
  const Case cases[] = {
      {"00-" + id + "-01", true, true},
      {"00-" + id + "-00", true, false},
      {"00-" + id + "-03", true, true},  // level 2: random
      {" 00-" + id + "-01 ", true, true},
      {"cc-" + id + "-01-more", true, true},  // of a later version
      {"00-" + id + "-01-more", false, false},
      {"cc-" + id + "-01more", false, false},
      {"ff-" + id + "-01", false, false},
      {"00-" + id, false, false},
      {"00-5759E988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01", false, false},
      {"00-00000000000000000000000000000000-53995c3f42cd8ad8-01", false, false},
      {"00-5759e988bd862e3fe1be46a994272793-0000000000000000-01", false, false},
      {"", false, false},
  };
  for (const Case& each : cases) {
    const auto span = parse_traceparent(each.text);
    ASSERT_EQ(span.has_value(), each.valid) << each.text;
    if (!span) continue;
    EXPECT_EQ(span->sampled, each.sampled) << each.text;
    EXPECT_EQ(span->trace_id.hex(), kTrace);
    EXPECT_TRUE(span->remote);
  }
}

TEST(XrayHeader, ReadsTheDaemonsAndTheLoadBalancersForms) {
  struct Case {
    std::string text;
    bool valid;
    std::string parent;
    bool sampled;
    bool deferred;
  };
  const std::string root = "Root=1-5759e988-bd862e3fe1be46a994272793";
  const Case cases[] = {
      {root + ";Parent=53995c3f42cd8ad8;Sampled=1", true, "53995c3f42cd8ad8", true, false},
      {"Sampled=0; Parent=53995c3f42cd8ad8 ;" + root, true, "53995c3f42cd8ad8", false, false},
      {root + ";Parent=53995c3f42cd8ad8;Sampled=?", true, "53995c3f42cd8ad8", false, true},
      {root, true, "0000000000000000", false, true},
      {"Self=1-67891234-12456789abcdef012345678;" + root + ";Lineage=a:1|b:2", true, "0000000000000000", false, true},
      {"Root=5759e988bd862e3fe1be46a994272793", false, "", false, false},
      {"Root=1-5759e988-bd862e3fe1be46a99427279", false, "", false, false},
      {"Parent=53995c3f42cd8ad8;Sampled=1", false, "", false, false},
  };
  for (const Case& each : cases) {
    const auto span = parse_xray_header(each.text);
    ASSERT_EQ(span.has_value(), each.valid) << each.text;
    if (!span) continue;
    EXPECT_EQ(span->trace_id.hex(), kTrace);
    EXPECT_EQ(span->span_id.hex(), each.parent) << each.text;
    EXPECT_EQ(span->sampled, each.sampled) << each.text;
    EXPECT_EQ(span->sampling_deferred, each.deferred) << each.text;
  }
}

TEST(Propagators, WritesBothHeadersOfOneTraceAndReadsThemBack) {
  Context context;
  context.span = *parse_traceparent("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01");
  context.span.tracestate = std::make_shared<const std::string>("vendor=1");
  context.baggage = std::make_shared<const Baggage>(Baggage{{"session", "a b,c"}});
  std::map<std::string, std::string> headers;
  const Propagators both;
  both.inject(context, [&](auto name, auto value) { headers[std::string(name)] = value; });
  EXPECT_EQ(headers["traceparent"], "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01");
  EXPECT_EQ(headers["X-Amzn-Trace-Id"], "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1");
  EXPECT_EQ(headers["tracestate"], "vendor=1");
  EXPECT_EQ(headers["baggage"], "session=a%20b%2Cc");

  headers["x-amzn-trace-id"] = headers["X-Amzn-Trace-Id"];
  const auto read = [&](std::string_view name) -> std::optional<std::string_view> {
    const auto found = headers.find(std::string(name));
    return found == headers.end() ? std::nullopt : std::optional<std::string_view>(found->second);
  };
  const Context back = both.extract(read);
  EXPECT_EQ(back.span.span_id.hex(), "53995c3f42cd8ad8");
  ASSERT_TRUE(back.span.tracestate);
  EXPECT_EQ(*back.span.tracestate, "vendor=1");
  ASSERT_TRUE(back.baggage);
  EXPECT_EQ(back.baggage->at("session"), "a b,c");

  headers.erase("traceparent");
  EXPECT_EQ(both.extract(read).span.trace_id.hex(), kTrace);  // X-Ray's alone
  EXPECT_FALSE(Propagators::parse("tracecontext").extract(read).span.trace_id.valid());
}

TEST(TraceId, TwoFormsOneId) {
  const auto id = TraceId::parse("1-5759e988-bd862e3fe1be46a994272793");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->hex(), kTrace);
  EXPECT_EQ(id->xray(), "1-5759e988-bd862e3fe1be46a994272793");
  EXPECT_FALSE(TraceId::parse("5759e988bd862e3fe1be46a99427279"));
  EXPECT_FALSE(TraceId::parse("5759e988bd862e3fe1be46a99427279g"));
}

}  // namespace
}  // namespace tetrascope::kit
